"""Which rows to learn from, and which are kept to compare models on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl.errors import SettingError
from automl.monitoring.recent import Recent
from automl.monitoring.window import Window

DAYS = pd.date_range("2026-01-01", "2026-06-30", freq="D").to_numpy().astype("datetime64[us]")


@pytest.mark.parametrize("text", ["all", "auto", "12months", "90days", "5000rows", "decay-6months"])
def test_a_window_is_written_as_it_is_read(text: str) -> None:
    assert str(Window.read(text)) == text


@pytest.mark.parametrize("text", ["", "0rows", "some", "decay-5rows", "5 years", "-3days", "auto1"])
def test_no_window(text: str) -> None:
    with pytest.raises(SettingError, match="window of rows"):
        Window.read(text)


def test_months_are_those_of_the_calendar() -> None:
    kept = Window.read("2months").weights(len(DAYS), DAYS) > 0
    assert DAYS[kept].min() == np.datetime64("2026-05-01")
    assert Window.read("10days").weights(len(DAYS), DAYS).sum() == 10
    assert Window.read("7rows").weights(len(DAYS)).tolist() == [0.0] * (len(DAYS) - 7) + [1.0] * 7
    assert Window.read("all").weights(3).tolist() == [1.0, 1.0, 1.0]


def test_weights_halve_with_age() -> None:
    found = Window.read("decay-30days").weights(len(DAYS), DAYS)
    assert found[-1] == 1.0
    assert found[-31] == pytest.approx(0.5)
    assert found[-61] == pytest.approx(0.25)
    assert Window.read("decay-10days").weights(len(DAYS), DAYS)[0] == 0.0  # too little to learn from


def test_rows_without_a_date_are_the_oldest() -> None:
    times = np.array(["NaT", "2026-01-01", "2026-01-31"], dtype="datetime64[us]")
    assert Window.read("20days").weights(3, times).tolist() == [0.0, 0.0, 1.0]
    assert Window.read("decay-30days").weights(3, times)[0] == pytest.approx(0.5)


def test_time_needs_dates() -> None:
    for times in (None, np.array(["NaT"], dtype="datetime64[us]")):
        with pytest.raises(SettingError, match="goes by time"):
            Window.read("2months").weights(1, times)
    with pytest.raises(SettingError, match="found out"):
        Window.read("auto").weights(1)


@pytest.mark.parametrize(
    ("text", "shown"), [("20%", "20%"), (" 5 % ", "5%"), ("month", "month"), ("500", "500")]
)
def test_a_holdout_is_read(text: str, shown: str) -> None:
    assert str(Recent.read(text)) == shown


@pytest.mark.parametrize("text", ["", "0%", "100%", "0", "week", "1.5"])
def test_no_holdout(text: str) -> None:
    with pytest.raises(SettingError, match="latest rows"):
        Recent.read(text)


def test_the_latest_rows_are_held() -> None:
    assert Recent.read("20%").held(10).tolist() == [False] * 8 + [True] * 2
    assert Recent.read("50").held(10).all()
    assert DAYS[Recent.read("month").held(len(DAYS), DAYS)].min() == np.datetime64("2026-06-01")
    with pytest.raises(SettingError, match="last month"):
        Recent.read("month").held(10)


def test_rows_of_one_moment_stay_together() -> None:
    times = np.array(["2026-01-01"] * 3 + ["2026-01-02"] * 7, dtype="datetime64[us]")
    assert Recent.read("20%").held(10, times).tolist() == [False] * 3 + [True] * 7
