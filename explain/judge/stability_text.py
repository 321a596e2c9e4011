"""Whether an explanation can be trusted, in words."""

from __future__ import annotations

from .. import formats
from ..formats import percent
from .stability import Agreement, Deletion, Sensitivity, Stability

_LEAD = {
    "solid": "These explanations hold up.",
    "usable": "These explanations hold up in the large; do not read much into small differences.",
    "shaky": "These explanations are shaky: read them for the largest columns only, if at all.",
    "unfaithful": (
        "These explanations do not show what the model depends on: replacing the columns they name moves the "
        "prediction no more than replacing random ones, beyond chance."
    ),
    "unknown": "Nothing could be checked.",
}


def verdict(stability: Stability) -> str:
    """One sentence of judgement, then one for each check."""
    parts = [_LEAD[stability.grade]]
    if stability.deletion is not None and stability.deletion.faithful:
        parts.append(deletion_sentence(stability.deletion, stability.scale))
    for agreement in (stability.background, stability.models):
        if agreement is not None:
            parts.append(agreement_sentence(agreement))
    if stability.neighbours is not None:
        parts.append(neighbours_sentence(stability.neighbours))
    if stability.left_out:
        parts.append(f"Not checked: {'; '.join(stability.left_out)}.")
    return " ".join(parts)


def agreement_sentence(agreement: Agreement) -> str:
    """How much explanations agree."""
    with_what = {
        "background": f"With other background rows ({agreement.explanations} draws)",
        "models": f"Between {agreement.explanations} models learned from other rows",
    }[agreement.source]
    text = (
        f"{with_what}, a single attribution varies by {percent(agreement.spread)} of the usual size, and "
        f"{percent(agreement.top_kept)} of a row's most important columns stay the same"
    )
    if agreement.order != agreement.order:
        return f"{text}."
    return (
        f"{text}; the order of all columns has a rank correlation of {formats.number(agreement.order, 2)} "
        f"(at worst {formats.number(agreement.lowest_order, 2)})."
    )


def neighbours_sentence(neighbours: Sensitivity) -> str:
    """How much explanations of nearly the same rows differ."""
    return (
        f"For rows that differ by {percent(neighbours.moved)} of the order in each number, "
        f"{percent(neighbours.change)} of the explanation changes (in the worst tenth of the rows "
        f"{percent(neighbours.worst_change)} or more), of which the prediction's own change needs "
        f"{percent(neighbours.prediction_change)}."
    )


def deletion_sentence(deletion: Deletion, scale: str) -> str:
    """Whether the columns named move the prediction."""
    columns = "the column" if deletion.columns == 1 else f"the {deletion.columns} columns"
    top, random = (
        formats.change(estimate.value, scale).lstrip("+") for estimate in (deletion.top, deletion.random)
    )
    return (
        f"Replacing {columns} with the largest attributions moves the prediction by {top}, replacing as many "
        f"random ones by {random}."
    )
