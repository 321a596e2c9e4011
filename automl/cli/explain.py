"""`automl explain`."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from automl.cli.console import Console, find_run, number, place_of
from automl.errors import SettingError
from automl.run import Run, load_run

if TYPE_CHECKING:
    from explain import Explanation

__all__ = ["explain"]


def explain(options: Namespace, console: Console) -> int:
    """Say which columns matter, or why one row is predicted as it is."""
    run = load_run(find_run(options.run, options.home))
    if options.output is not None and options.row is None:
        raise SettingError("--output says which prediction of a row is meant.", fix="Give --row as well.")
    if options.row is None:
        return _global(run, options.model, console)
    return _row(run, options.model, place_of(run, options.row), options.output, console)


def _global(run: Run, model: str | None, console: Console) -> int:
    from explain import Explanation

    name = model or run.used
    stored = run.folder.read(f"explanations/{name}.json") if name else None
    explanation = Explanation.from_json(stored) if stored else run.explain(model=model, store=True)
    table = explanation.global_()
    records: list[dict[str, Any]] = [
        {"column": column, "importance": float(size), "stderr": float(error)}
        for column, size, error in zip(table.columns, table.importance, table.stderr, strict=True)
    ]
    console.document(
        {"run": str(run.folder.path), "model": name, **_facts(explanation), "importance": records}
    )
    console.say(
        f"Mean size of each column's contribution over {explanation.rows} rows, in {_unit(explanation)}", ""
    )
    console.table(
        ("column", "importance", "± standard error", ""),
        [
            (
                record["column"],
                number(record["importance"]),
                number(record["stderr"], 2),
                _bar(record["importance"], records[0]["importance"]),
            )
            for record in records
        ],
        right=("importance", "± standard error"),
    )
    console.say("", _method(explanation))
    return 0


def _row(run: Run, model: str | None, row: int, output: str | None, console: Console) -> int:
    from explain import ExplainError, sentence

    explanation = run.explain([row], model=model)
    try:
        which = _likeliest(explanation) if output is None else explanation.output_index(output)
    except ExplainError as error:
        raise SettingError(str(error), fix="Give a class of the target to --output.") from error
    local = explanation.local(0)
    order = sorted(range(len(local.columns)), key=lambda j: -abs(float(local.values[j, which])))
    records: list[dict[str, Any]] = [
        {
            "column": local.columns[j],
            "value": local.row[local.columns[j]],
            "contribution": float(local.values[j, which]),
            "stderr": None if local.stderr is None else float(local.stderr[j, which]),
        }
        for j in order
    ]
    words = sentence(explanation, 0, which)
    console.document(
        {
            "run": str(run.folder.path),
            "model": model or run.used,
            "row": row,
            "output": explanation.output_name(which),
            "prediction": float(local.prediction[which]),
            "base": float(local.base[which]),
            **_facts(explanation),
            "sentence": words,
            "contributions": records,
        }
    )
    console.say(words, "")
    console.table(
        ("column", "value", "contribution"),
        [(r["column"], _cell(r["value"]), _signed(r["contribution"])) for r in records],
        right=("contribution",),
    )
    name = explanation.output_name(which)
    console.say(
        "",
        f"base {number(float(local.base[which]))}, prediction {number(float(local.prediction[which]))}"
        + (f" for {name}" if name is not None else "")
        + f", in {_unit(explanation)}",
        _method(explanation),
    )
    return 0


def _likeliest(explanation: Explanation) -> int:
    return int(explanation.prediction[0].argmax()) if explanation.classes is not None else 0


def _facts(explanation: Explanation) -> dict[str, Any]:
    return {
        "rows": explanation.rows,
        "scale": explanation.scale,
        "method": explanation.method,
        "exact": explanation.exact,
        "additivity_error": explanation.additivity_error,
    }


def _unit(explanation: Explanation) -> str:
    from explain import formats

    return formats.UNITS[explanation.scale]


def _method(explanation: Explanation) -> str:
    return f"Method: {explanation.method}."


def _bar(value: float, largest: float) -> str:
    return "█" * round(24 * value / largest) if largest > 0 else ""


def _signed(value: float) -> str:
    return f"{'+' if value >= 0 else '−'}{number(abs(value))}"


def _cell(value: Any) -> str:
    if value is None or value != value:
        return "(missing)"
    return number(value, 6) if isinstance(value, float) else str(value)
