"""A comparison in words and as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from automl.metrics import METRICS
from automl.workbench import components, reading
from automl.workbench import format as fmt

__all__ = ["agreement_words", "probability", "scores_table", "signed", "verdict_words"]

Found = Mapping[str, Any]
_SURE = 0.95


def probability(p: float | None) -> str:
    """A probability from draws, without pretending to certainty.

    >>> probability(1.0), probability(0.874), probability(0.0), probability(None)
    ('over 99 %', '87 %', 'below 1 %', '–')
    """
    if p is None:
        return "–"
    if p > 0.99:
        return "over 99 %"
    return "below 1 %" if p < 0.01 else f"{100 * p:.0f} %"


def verdict_words(found: Found, labels: Mapping[str, str]) -> Iterator[str]:
    """Markdown: for each pair, which is better on the run's metric, by how much, and how sure that is."""
    metric = found["metric"]
    for pair in found["pairs"]:
        entry = pair["metrics"].get(metric)
        if entry is None or entry["p_better"] is None:
            continue
        first, second, p = pair["a"], pair["b"], entry["p_better"]
        gain, (low, high) = entry["gain"], entry["interval"]
        if p < 0.5:
            first, second, p, gain, low, high = second, first, 1 - p, -gain, -high, -low
        a, b = (f"**{components.plain(labels[name])}**" for name in (first, second))
        like = found["scores"][metric][first]["score"]
        span = f"{signed(low, like)} to {signed(high, like)}"
        figures = f"by {signed(gain, like)[1:]} {fmt.metric_label(metric)} (90 %: {span})"
        if p >= _SURE:
            yield f"{a} is better than {b} {figures}, beyond chance: probability {probability(p)}."
        else:
            yield (
                f"{a} and {b} cannot be told apart by this data: {a} is ahead {figures}, and is really the "
                f"better one with a probability of {probability(p)}."
            )


def scores_table(found: Found, labels: Mapping[str, str]) -> str:
    """HTML: metrics down, models across; each but the first with its difference to the first."""
    models = found["models"]
    first = models[0]
    pairs = {(pair["a"], pair["b"]): pair for pair in found["pairs"]}
    head = f'<th scope="col">{components.text(labels[first])}</th>'
    for model in models[1:]:
        head += f'<th scope="col">{components.text(labels[model])}</th>'
        head += f'<th scope="col">Better than {components.text(labels[first])} by</th>'
    lines = []
    for name, scores in found["scores"].items():
        arrow = "higher is better" if METRICS[name].greater_is_better else "lower is better"
        cells = f"<td>{_score(scores[first])}</td>"
        for model in models[1:]:
            entry = pairs[first, model]["metrics"].get(name)
            cells += f"<td>{_score(scores[model])}</td><td>{_against(entry, scores[first]['score'])}</td>"
        strong = ' class="gb-strong"' if name == found["metric"] else ""
        lines.append(
            f'<tr{strong}><th scope="row">{components.text(fmt.metric_label(name))}'
            f'<div class="gb-muted gb-small">{arrow}</div></th>{cells}</tr>'
        )
    return (
        '<div class="gb-scroll" tabindex="0" role="region" aria-label="Scores of the compared models">'
        f'<table class="gb gb-side"><thead><tr><th scope="col">Measure</th>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _score(entry: Mapping[str, Any]) -> str:
    text = f"<b>{fmt.score(entry['score'])}</b>"
    if (ends := reading.interval_of(entry["interval"])) is not None:
        text += f'<div class="gb-muted gb-small">{fmt.score(ends[0])} to {fmt.score(ends[1])}</div>'
    return text


def _against(entry: Mapping[str, Any] | None, like: float) -> str:
    """By how much a model is better than the first one (less than 0: worse), and how sure that is."""
    if entry is None or entry["gain"] is None or entry["p_better"] is None:
        return "–"
    text = f"<b>{signed(-entry['gain'], like)}</b>"
    if (ends := reading.interval_of(entry["interval"])) is not None:
        text += f" ({signed(-ends[1], like)} to {signed(-ends[0], like)})"
    return f'{text}<div class="gb-muted gb-small">probability {probability(1 - entry["p_better"])}</div>'


def signed(value: float, like: float | None) -> str:
    """A difference with its sign, and as many decimals as the score that it belongs to.

    >>> signed(0.00057, 0.8612), signed(-0.0123, 0.86), signed(34.2, 26343.0)
    ('+0.0006', '−0.0123', '+34')
    """
    size = abs(like or 0.0)
    decimals = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 10 else 3 if size >= 1 else 4
    text = f"{value:+,.{decimals}f}".replace("-", "−")
    return text if text.strip("+−0.,") else text[1:]  # a zero has no sign


def agreement_words(found: Found, labels: Mapping[str, str]) -> Iterator[str]:
    """Markdown: for each pair, how often they say different things, and which is right then."""
    for pair in found["pairs"]:
        a, b = (f"**{components.plain(labels[pair[name]])}**" for name in ("a", "b"))
        told = pair["agreement"]
        if "difference" in told:
            yield (
                f"{a} and {b} are {fmt.score(told['difference'])} apart on average; the first is nearer to "
                f"the truth in {fmt.percent(told['a_nearer'])} of the rows, the second in "
                f"{fmt.percent(told['b_nearer'])}."
            )
        elif not told["rows"]:
            yield f"{a} and {b} give every row the same label."
        else:
            yield (
                f"{a} and {b} give different labels to {fmt.percent(told['share'])} of the rows "
                f"({fmt.count(told['rows'])}); there the first is right in {fmt.percent(told['a_right'])}, "
                f"the second in {fmt.percent(told['b_right'])}."
            )
