from __future__ import annotations

import doctest
import math
from typing import get_args

import pytest

from automl.metrics import METRICS
from automl.models import FAMILIES
from automl.search.trial import Origin
from automl.workbench import format as fmt
from automl.workbench import reading, reasons
from automl.workbench.views.models import selected


def test_examples_in_the_docstrings() -> None:
    failures, tried = doctest.testmod(fmt)
    assert tried >= 7
    assert failures == 0


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_what_is_no_number_is_a_dash(value: float | None) -> None:
    assert fmt.score(value) == "–"
    assert fmt.duration(value) == "–"


def test_negative_scores_have_a_real_minus_sign() -> None:
    assert fmt.score(-0.25) == "−0.2500"


def test_every_origin_of_a_trial_is_told() -> None:
    assert set(selected._ORIGINS) == set(reasons._ORIGINS) == set(get_args(Origin))


def test_every_metric_and_family_has_a_name_of_its_own() -> None:
    assert set(METRICS) <= set(fmt._METRIC_LABELS)
    assert set(FAMILIES) <= set(reading.FAMILY_LABELS)
