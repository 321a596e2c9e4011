"""What tables of a dataset must be like: its reviewed schema, where somebody has written one down."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import streamlit as st

from automl.data.review import ReviewedSchema, differences
from automl.data.review.listing import HEADERS, NUMERIC, listed
from automl.store.catalogue import Catalogue, ReviewedVersion
from automl.workbench import components, tables
from automl.workbench import format as fmt

__all__ = ["reviewed"]

_MOST = 12  # versions, and changes of one


def reviewed(catalogue: Catalogue, dataset: str) -> None:
    """Draw the schema that counts, and how it came to be."""
    found = catalogue.reviews.history(dataset)
    if not found:
        with st.expander("Reviewed schema: none yet", icon=":material/rule_settings:"):
            st.markdown(
                "A reviewed schema says what tables of this dataset must be like: which columns, kinds, "
                "ranges and values. Training, scoring and serving then name what does not fit. It is "
                "inferred from a table, looked through and changed in a terminal:"
            )
            st.code(
                f"automl schema infer TABLE.csv --name '{dataset}'\nautoml schema edit '{dataset}' --set …",
                language="bash", wrap_lines=True,
            )  # fmt: skip
        return
    last = found[-1]
    schema = ReviewedSchema.from_json(last.schema)
    with st.expander(
        f"Reviewed schema: version {last.number}, {fmt.plural(len(schema.columns), 'column')}",
        icon=":material/rule_settings:",
    ):
        reason = f": {last.reason}" if last.reason else ""
        components.note(f"By {last.who}, {fmt.moment(last.at)}{reason}")
        tables.table(
            [each.capitalize() for each in HEADERS], listed(schema),
            right=[each.capitalize() for each in NUMERIC], label=f"What columns of {dataset} must be like",
        )  # fmt: skip
        _history(found)
        components.note(f"To change it: automl schema edit {dataset} --set COLUMN.NAME=VALUE")


def _history(found: Sequence[ReviewedVersion]) -> None:
    """What each version has changed, newest first."""
    if len(found) < 2:
        return
    lines = []
    for before, after in list(pairwise(found))[::-1][:_MOST]:
        old, new = (ReviewedSchema.from_json(each.schema) for each in (before, after))
        changes = [str(each) for each in differences(old, new)][:_MOST]
        reason = f" ({after.reason})" if after.reason else ""
        who = f"version {after.number}, {fmt.moment(after.at)}, {after.who}{reason}"
        lines.append(f"{who}: {'; '.join(changes) or '–'}")
    st.markdown("\n".join(f"- {components.plain(line)}" for line in lines))
