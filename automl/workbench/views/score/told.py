"""Findings about a file: the few that matter at once, the others folded away, and where exactly they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from automl.data import Finding
from automl.workbench import components
from automl.workbench import format as fmt
from automl.workbench.tables import table

__all__ = ["told", "where"]

_FEW = 4  # that are shown at once
_VALUES = 5
_KINDS: Mapping[str, str] = {
    "changed_kind": "cannot be read",
    "unreadable_values": "cannot be read",
    "unseen_category": "not seen before",
    "out_of_range": "outside of the known range",
    "new_missing": "missing now",
}


def told(findings: Sequence[Finding]) -> None:
    """Draw findings; what is only good to know is folded away where there is anything to do."""
    records = [finding.to_json() for finding in findings]
    serious = [each for each in records if each["severity"] != "info"]
    shown = serious or records
    components.findings(shown[:_FEW])
    rest = shown[_FEW:] + ([each for each in records if each["severity"] == "info"] if serious else [])
    if rest:
        with st.expander(f"{len(rest)} more"):
            components.findings(rest)


def where(findings: Sequence[Finding]) -> None:
    """The rows and values that findings are about, in a table; nothing where they name no rows."""
    found = [each for each in findings if each.column and each.evidence.get("rows")]
    if not found:
        return
    with st.expander("Which rows and values", icon=":material/manage_search:"):
        table(
            ("Column", "What", "How many", "Such as", "In data rows"),
            [_row(each) for each in found],
            right=("How many",),
            label="Columns with the rows and values that findings are about",
        )
        st.caption("Data rows are counted from the first row below the header.")


def _row(finding: Finding) -> tuple[str, ...]:
    evidence = finding.evidence
    count, rows = int(evidence.get("count", 0)), [int(row) for row in evidence["rows"]]
    return (
        finding.column or "",
        _KINDS.get(finding.code, finding.code.replace("_", " ")),
        fmt.count(count),
        ", ".join(str(value) for value in evidence.get("examples", [])[:_VALUES]) or "–",
        ", ".join(f"{row:,}" for row in rows) + (" …" if count > len(rows) else ""),
    )
