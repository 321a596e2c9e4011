"""Finding families, and what they share."""

from __future__ import annotations

import math
import pickle
import time
from pathlib import Path

import pytest

import automl.models
from automl.errors import SettingError
from automl.models import FAMILIES, Deadline, get_family
from automl.models.base import OutOfTime, Pace


def test_every_file_of_the_package_is_a_family() -> None:
    folder = Path(automl.models.__file__).parent
    files = {
        path.stem for path in folder.glob("*.py") if not path.stem.startswith("_") and path.stem != "base"
    }
    assert set(FAMILIES) == files
    assert {
        "dummy",
        "linear",
        "lightgbm",
        "extra_trees",
        "random_forest",
        "hist_gradient_boosting",
        "k_nearest_neighbors",
        "mlp",
    } <= files


def test_an_unknown_family_is_told_the_known_ones() -> None:
    with pytest.raises(SettingError, match=r"'xgboost'.*lightgbm"):
        get_family("xgboost")


def test_deadlines_tell_what_is_left() -> None:
    assert Deadline.never().left() == math.inf
    assert not Deadline.never().passed()
    assert Deadline.after(-1).passed()
    assert 0 < Deadline.after(100).left() <= 100
    Deadline.never().check("wait")
    with pytest.raises(OutOfTime, match="left to wait"):
        Deadline.after(-1).check("wait")


def test_a_deadline_survives_the_way_to_another_process() -> None:
    deadline = Deadline.after(50)
    assert pickle.loads(pickle.dumps(deadline)) == deadline


def test_running_out_of_time_is_a_timeout_and_picklable() -> None:
    error = OutOfTime("No time.", fix="Wait.")
    assert isinstance(error, TimeoutError)
    assert str(error) == "No time. Wait."


def test_the_pace_stops_before_a_block_that_would_not_end_in_time() -> None:
    assert Pace(Deadline.never()).fits_another()
    pace = Pace(Deadline.after(0.3))
    time.sleep(0.2)
    assert not pace.fits_another()
