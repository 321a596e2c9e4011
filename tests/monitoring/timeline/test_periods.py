"""How time is cut into windows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl.errors import SettingError
from automl.monitoring.timeline.periods import Period


def seconds(*moments: str) -> np.ndarray:
    """Moments as seconds since 1970."""
    return np.array([pd.Timestamp(each).timestamp() for each in moments])


@pytest.mark.parametrize(
    ("unit", "moments", "labels"),
    [
        ("day", ["2025-03-01", "2025-03-01 23:59:59", "2025-03-02"], ["2025-03-01"] * 2 + ["2025-03-02"]),
        # 2025-03-03 is a Monday
        (
            "week",
            ["2025-03-02 23:59", "2025-03-03", "2025-03-09"],
            ["week of 2025-02-24", "week of 2025-03-03", "week of 2025-03-03"],
        ),
        ("month", ["2024-02-29", "2024-03-01", "1969-12-31"], ["2024-02", "2024-03", "1969-12"]),
        ("quarter", ["2024-03-31", "2024-04-01", "2024-12-31"], ["2024 Q1", "2024 Q2", "2024 Q4"]),
    ],
)
def test_windows_of_the_calendar(unit: str, moments: list[str], labels: list[str]) -> None:
    period, at = Period.parse(unit), seconds(*moments)
    codes = period.codes(at)
    assert [period.label(code) for code in codes.tolist()] == labels
    for code, moment in zip(codes.tolist(), at.tolist(), strict=True):
        start, end = period.bounds(code)
        assert start <= moment < end
        assert period.bounds(code + 1)[0] == end


def test_windows_of_rows_go_on_from_piece_to_piece() -> None:
    period = Period.parse("1,000 rows")
    assert (period.unit, period.rows, str(period)) == ("rows", 1000, "1,000 rows")
    codes = period.codes(np.zeros(600), before=700)
    assert np.bincount(codes).tolist() == [300, 300]
    assert period.label(1) == "rows 1,001 to 2,000"


@pytest.mark.parametrize("text", ["fortnight", "0 rows", "rows", "-5 rows", ""])
def test_other_periods_are_refused(text: str) -> None:
    with pytest.raises(SettingError, match="Expected a period"):
        Period.parse(text)
