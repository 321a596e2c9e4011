"""What is particular to CatBoost: it is only tried where asked for, and its models are LightGBM's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.base import is_classifier

import automl
from automl import extras
from automl.bundle.trusted import dump_model, load_model
from automl.errors import MissingExtraError, SettingError
from automl.models import Context, catboost, get_family
from automl.models._oblivious import as_lightgbm, border_in_doubles
from automl.run import Run

from ..conftest import require

KINDS = {"binary": 2, "multiclass": 3, "regression": 0}


@pytest.fixture
def installed() -> None:
    require(extras.is_installed("catboost"), "catboost")


def make_rows(kind: str, rows: int = 500) -> tuple[Context, NDArray[np.float64], NDArray[Any]]:
    """Numbers over many magnitudes, few and many codes, gaps everywhere; targets of a large offset."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows, 5))
    X[:, 1] = np.exp(5 * X[:, 1])
    X[:, 3], X[:, 4] = rng.integers(0, 5, rows), rng.integers(0, 70, rows)
    X[rng.random(X.shape) < 0.1] = np.nan
    signal = np.nan_to_num(X[:, 0]) + 2 * (X[:, 3] == 2) + np.sin(np.nan_to_num(X[:, 4]))
    classes = KINDS[kind]
    y: NDArray[Any] = 1e6 + 10 * signal
    if classes:
        y = np.digitize(signal, np.quantile(signal, np.arange(1, classes) / classes))
    return Context(kind, rows, 5, classes, (3, 4), seed=1, metric="rmse"), X, y


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("kind", KINDS)
def test_the_lightgbm_trees_predict_what_catboost_predicts(
    kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """For all splits there are: numbers, one category, statistics of categories, missing and unseen ones."""
    seen: dict[str, Any] = {}

    def spy(model: Any, rounds: int, **more: Any) -> Any:
        seen.update(more, model=model, rounds=rounds)
        return as_lightgbm(model, rounds, **more)

    monkeypatch.setattr(catboost, "as_lightgbm", spy)
    context, X, y = make_rows(kind)
    family = get_family("catboost")
    params = family.first_candidates(context)[0] | {"learning_rate": 0.2}
    fitted = family.fit(params, context, X[:400], y[:400], X_valid=X[400:], y_valid=y[400:])

    kinds = set()
    edges = []
    seen["model"].save_model(str(tmp_path / "model.json"), format="json")
    content = json.loads((tmp_path / "model.json").read_text())
    for tree in content["oblivious_trees"]:
        for split in tree["splits"] or ():
            kinds.add(split["split_type"])
            if (
                split["split_type"] == "FloatFeature" and split["border"] > -3.4e38
            ):  # that is for missing ones
                edges.append((split["float_feature_index"], split["border"]))
    assert kinds == {"FloatFeature", "OneHotFeature", "OnlineCtr"}

    rng = np.random.default_rng(2)
    strange = X[rng.integers(0, len(X), 3 * len(edges))].copy()
    for row, (column, border) in enumerate(edges):  # on the borders themselves, and next to where they round
        last = float(border_in_doubles(border))
        strange[3 * row : 3 * row + 3, column] = border, last, np.nextafter(last, np.inf)
    strange[::7, 3], strange[::5, 4] = 99, rng.integers(0, 400, len(strange[::5]))
    strange[::11, 0], strange[::13, 1] = -1e300, 1e300
    rows = np.vstack([X, strange])
    pool = catboost._pool(rows, None, seen["codes"])
    theirs = seen["model"].predict(pool, prediction_type="RawFormulaVal", ntree_end=seen["rounds"])
    estimator = fitted.estimator
    if is_classifier(estimator):
        ours = estimator.predict_proba(rows, raw_score=True)
    else:
        ours = estimator.predict(rows)
        theirs = seen["origin"] + seen["unit"] * theirs
    np.testing.assert_allclose(ours, theirs, rtol=1e-14, atol=1e-14)
    assert estimator.booster_.num_trees() == fitted.iterations * max(1, KINDS[kind] if KINDS[kind] > 2 else 1)


def test_a_border_is_where_single_precision_rounds() -> None:
    rng = np.random.default_rng(0)
    borders = np.concatenate(
        [(rng.normal(size=300) * 10.0 ** rng.integers(-30, 30, 300)).astype(np.float32), [0, 1, -3.4e38]]
    )
    last = border_in_doubles(borders)
    assert (last.astype(np.float32) <= borders.astype(np.float32)).all()
    assert (np.nextafter(last, np.inf).astype(np.float32) > borders.astype(np.float32)).all()


@pytest.mark.usefixtures("installed")
@pytest.mark.slow
def test_a_run_tries_it_only_where_it_is_asked_for(
    sample_data: Path, penguins_run: Run, tmp_path: Path
) -> None:
    assert len(penguins_run.leaderboard()) > 5
    assert "catboost" not in set(penguins_run.leaderboard().family)
    run = automl.fit(
        sample_data / "penguins.csv", target="species", budget=3600, max_trials=5, n_jobs=1, home=tmp_path,
        extra_families=["catboost"],
    )  # fmt: skip
    rows = run.leaderboard()
    (trial,) = rows.id[rows.family == "catboost"]
    loaded = load_model(dump_model(run.model_for(trial)))
    assert loaded.needs("lightgbm")
    assert not loaded.needs("catboost")


def test_what_is_no_extra_family_or_not_installed_is_refused(
    sample_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = sample_data / "penguins.csv"
    for name in ("lightgbm", "xgboost"):
        with pytest.raises(SettingError, match=r"can be added.*catboost"):
            automl.create_run(table, target="species", extra_families=[name])
    monkeypatch.setitem(extras.PACKAGES, "catboost", "a_package_that_is_not_there")
    with pytest.raises(MissingExtraError, match=r"pip install 'glassbench\[catboost\]'"):
        automl.create_run(table, target="species", extra_families=["catboost"])
    context, _, _ = make_rows("binary")
    assert "pip install 'glassbench[catboost]'" in str(get_family("catboost").unavailable(context))
