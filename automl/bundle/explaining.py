"""Explain rows with a bundle, and check again what its certificate says of explanations.

The package `explain` is the one beside this bundle's runtime; inside of Glassbench it is the installed one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..errors import BundleError, SettingError
from .documents import DAMAGED, read_json
from .scoring import Scorer

__all__ = ["CERTIFICATE", "document", "explained", "replayed", "text"]

CERTIFICATE = "certificate.json"
BACKGROUND = "background.csv"
_SECONDS = 1.5  # for repeats


def explained(files: Mapping[str, bytes], scorer: Scorer, frame: pd.DataFrame, seconds: float | None) -> Any:
    """Explain canonical rows against the bundle's background.

    Returns
    -------
    explain.Explanation

    Raises
    ------
    BundleError
        When the bundle carries no background rows, or its model cannot be explained.
    """
    from explain import ExplainError, explain

    try:
        return explain(scorer.model, frame, _background(files, scorer), time_budget=seconds)
    except ExplainError as error:
        raise BundleError(f"This model cannot be explained ({error}).") from error


def replayed(files: Mapping[str, bytes], scorer: Scorer) -> Any:
    """Do the certificate's comparison with brute force once more.

    Returns
    -------
    explain.certificate.Check or None
        None where the bundle has no certificate.

    Raises
    ------
    BundleError
        When the background is another one, or what explains here does not agree with brute force.
    """
    if CERTIFICATE not in files:
        return None
    from explain import ExplainError
    from explain.certificate import Certificate, check
    from explain.frames import frame_hash

    try:
        certificate = Certificate.from_json(read_json(files, CERTIFICATE))
    except (ExplainError, *DAMAGED) as error:
        raise BundleError(f"The certificate is damaged ({error}).", fix="Export the model again.") from error
    rows, background = scorer.sample(files["sample_input.csv"]), _background(files, scorer)
    if frame_hash(background) != certificate.background_hash:
        raise BundleError(
            "The background rows are not those that explanations were certified with.",
            fix="Install exactly the versions of requirements.txt, or export the model again.",
        )
    told = certificate.check
    done = check(
        scorer.model,
        told.players,
        rows.head(told.rows),
        background.head(told.background_rows),
        scale=certificate.scale,
        seed=certificate.seed,
        time_budget=_SECONDS,
    )
    if certificate.holds and not done.holds:
        raise BundleError(
            f"Explanations are not what the certificate says. Compared: {done.words}.",
            fix="Install exactly the versions of requirements.txt; if it still differs, do not use them.",
        )
    return done


def document(explanation: Any, rows: list[int], output: str | None) -> dict[str, Any]:
    """Explained rows as plain JSON values; `rows` are their places in the file, counted from 0."""
    return {
        "scale": explanation.scale,
        "classes": None if explanation.classes is None else list(explanation.classes),
        "method": explanation.method,
        "exact": explanation.exact,
        "additivity_error": explanation.additivity_error,
        "background_rows": explanation.background_rows,
        "rows": [_row(explanation, i, row, output) for i, row in enumerate(rows)],
    }


def _row(explanation: Any, i: int, row: int, output: str | None) -> dict[str, Any]:
    from explain import sentence

    local, position = explanation.local(i), _position(explanation, i, output)
    order = np.argsort(-np.abs(local.values[:, position]), kind="stable")
    return {
        "row": row,
        "output": explanation.output_name(position),
        "prediction": float(local.prediction[position]),
        "base": float(local.base[position]),
        "sentence": sentence(explanation, i, position),
        "contributions": [
            {
                "column": local.columns[j],
                "value": _plain(local.row[local.columns[j]]),
                "contribution": float(local.values[j, position]),
                "stderr": None if local.stderr is None else float(local.stderr[j, position]),
            }
            for j in order
        ],
    }


def text(told: Mapping[str, Any], *, table: bool) -> str:
    """What `document` gives, for a terminal; with the table of contributions where it is wanted."""
    from explain import formats

    lines, scale = [], told["scale"]
    for row in told["rows"]:
        lines.append(f"row {row['row'] + 1}: {row['sentence']}")
        if table:
            longest = max((len(each["column"]) for each in row["contributions"]), default=0)
            lines += ["", f"  {'base':{longest}}  {formats.level(row['base'], scale)}"]
            for each in row["contributions"]:
                moved = formats.change(each["contribution"], scale)
                if each["stderr"]:
                    moved += f" ± {formats.change(each['stderr'], scale).lstrip('+')}"
                shown = "missing" if each["value"] is None else each["value"]
                lines.append(f"  {each['column']:{longest}}  {moved}  (is {shown})")
            lines += [f"  {'prediction':{longest}}  {formats.level(row['prediction'], scale)}", ""]
    return "".join(f"{line}\n" for line in lines)


def _position(explanation: Any, i: int, output: str | None) -> int:
    """The output that is meant: as asked, else the likeliest of several classes, else the positive one."""
    from explain import InputError

    if output is None:
        return int(explanation.prediction[i].argmax()) if explanation.outputs > 2 else explanation.outputs - 1
    try:
        return int(explanation.output_index(output))
    except InputError as error:
        raise SettingError(str(error), fix="Name a class of the target.") from error


def _background(files: Mapping[str, bytes], scorer: Scorer) -> pd.DataFrame:
    if BACKGROUND not in files:
        raise BundleError(f"The bundle has no {BACKGROUND} to compare with.", fix="Export the model again.")
    return scorer.sample(files[BACKGROUND])


def _plain(value: Any) -> Any:
    if value is None or bool(pd.isna(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return value.item() if isinstance(value, np.generic) else value
