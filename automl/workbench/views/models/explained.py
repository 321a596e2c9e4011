"""What compared models look at: the importance of columns side by side, and where they disagree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from automl.store import RunFolder
from automl.workbench import charts, compare_charts, components, reading, theme, working
from automl.workbench import format as fmt
from automl.workbench.reading import Standing

__all__ = ["ranked_shares", "side_by_side"]

_SHOWN = 10
_FAR = 3  # places


def side_by_side(run: RunFolder, models: Sequence[Standing]) -> None:
    """Marks by column where two models or more are explained; what is missing is offered."""
    paths = {row.id: run.path / "explanations" / f"{row.id}.json" for row in models}
    missing = [row for row in models if not paths[row.id].is_file()]
    for row in missing:
        working.result_of(
            run, "explain", {"model": row.id}, title=f"{row.label} has not been explained yet",
            text="What it looks at takes up to half a minute to find out.", offer=f"Explain {row.label}",
            icon=":material/lightbulb:", key=f"explain-{row.id}",
        )  # fmt: skip
    known = [row for row in models if paths[row.id].is_file()]
    if len(known) < 2:
        return
    shares = {row.id: _shares(run, row) for row in known}
    labels = {row.id: row.label for row in known}
    columns = ranked_shares(shares)[:_SHOWN]
    st.caption(
        "How much of all contributions each column has in each model. Marks far apart: one model leans on a "
        "column that the other hardly uses. Neither is wrong for that; columns that say the same share "
        "credit."
    )
    st.plotly_chart(
        compare_charts.importance_ranks(shares, columns, labels, colors=theme.palette()),
        theme=None,
        config=charts.CONFIG,
        key="importance-ranks",
        alt="Share of each column in the contributions of each model",
    )
    for words in _disagreements(shares, columns, labels):
        st.markdown(f"- {words}")


def _shares(run: RunFolder, row: Standing) -> dict[str, float]:
    whole = reading.explanation_at(run.path / "explanations" / f"{row.id}.json").global_()
    total = float(whole.importance.sum()) or 1.0
    return {column: float(size) / total for column, size in zip(whole.columns, whole.importance, strict=True)}


def ranked_shares(shares: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Columns that all models read, by their largest share in any of them."""
    common = set.intersection(*(set(own) for own in shares.values()))
    return sorted(common, key=lambda column: (-max(own[column] for own in shares.values()), column))


def _disagreements(
    shares: Mapping[str, Mapping[str, float]], columns: Sequence[str], labels: Mapping[str, str]
) -> list[str]:
    """Columns whose place among all differs by three or more, in Markdown."""
    ranks = {
        model: {column: place for place, column in enumerate(sorted(own, key=lambda c: -own[c]), 1)}
        for model, own in shares.items()
    }
    found: list[tuple[int, str]] = []
    for column in columns:
        places = {model: ranks[model][column] for model in shares}
        high, low = min(places, key=places.__getitem__), max(places, key=places.__getitem__)
        if places[low] - places[high] >= _FAR:
            words = (
                f"**{components.plain(column)}** is number {places[high]} for "
                f"{components.plain(labels[high])} "
                f"({fmt.percent(shares[high][column])}), number {places[low]} for "
                f"{components.plain(labels[low])} ({fmt.percent(shares[low][column])})."
            )
            found.append((places[low] - places[high], words))
    return [words for _, words in sorted(found, key=lambda each: -each[0])][:4] or [
        "They agree about the order of the columns, to within two places."
    ]
