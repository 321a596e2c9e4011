"""How fast rows are explained, as multiples of shap's TreeExplainer on the same rows in the same run.

python tests/benchmarks/bench_explain.py
python tests/benchmarks/bench_explain.py --rows 200 --shap-rows 20 --skip forest

Times are CPU seconds of one thread (set OMP_NUM_THREADS=1), so that other work on the machine counts little.
shap is measured on the first rows only (its time per row does not depend on their number) and against all
background rows: its own masker would quietly take 100 of them. The last lines are the median of single rows
through ``Explainer.explain``, from a raw DataFrame to the Explanation, once everything is warm, beside what
the pipeline takes to predict the same row (most of it for the encoding).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

import explain


def numbers(rows: int, seed: int = 0) -> tuple[pd.DataFrame, pd.Series]:
    """Thirty columns of numbers, with a target that needs many of them."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(rows, 30)), columns=[f"c{j:02d}" for j in range(30)])
    y = X.c00 * X.c01 + np.sin(3 * X.c02) + X.c03 * (X.c04 > 0) + X.iloc[:, 5:] @ rng.normal(0, 0.3, 25)
    return X, y + rng.normal(size=rows)


def raw_columns(rows: int) -> tuple[pd.DataFrame, pd.Series]:
    """Twenty numbers with missing values and ten labels."""
    X, y = numbers(rows, seed=1)
    for j in range(20, 30):
        X[f"c{j:02d}"] = pd.cut(X[f"c{j:02d}"], 5, labels=list("abcde")).astype(str)
    X.iloc[::7, 5] = np.nan
    return X, y


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds, and what came out."""
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


def against_shap(name: str, model: Any, rows: pd.DataFrame, background: pd.DataFrame, few: int) -> None:
    """Print one line."""
    import shap

    explain.explain(model, rows[:2], background[:2])  # loads compiled code
    ours, explanation = seconds(lambda: explain.explain(model, rows, background))
    masker = shap.maskers.Independent(background, max_samples=len(background))
    explainer = shap.TreeExplainer(model, masker, feature_perturbation="interventional")
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):  # its progress bar
        theirs, values = seconds(lambda: explainer.shap_values(rows[:few], check_additivity=False))
    gap = np.abs(explanation.values[:few, :, 0] - values).max()
    ours, theirs = 1000 * ours / len(rows), 1000 * theirs / few
    print(  # noqa: T201
        f"{name:26} {len(background):6,} {ours:9.2f} {theirs:9.2f} {theirs / ours:7.1f}   {gap:.0e}",
        flush=True,
    )


def one_by_one(name: str, model: Any, rows: pd.DataFrame, background: pd.DataFrame, **options: Any) -> None:
    """Print one line."""
    explainer = explain.Explainer(model, background, **options)
    for i in range(3):
        explanation = explainer.explain(rows.iloc[[i]])
    times = [seconds(lambda i=i: explainer.explain(rows.iloc[[i]]))[0] for i in range(3, len(rows))]
    predicting = [seconds(lambda i=i: model.predict(rows.iloc[[i]]))[0] for i in range(3, len(rows))]
    ours, theirs = 1000 * float(np.median(times)), 1000 * float(np.median(predicting))
    print(f"{name:26} {len(background):6,} {ours:9.2f} {theirs:9.2f}   {explanation.method}", flush=True)  # noqa: T201


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--shap-rows", type=int, default=50)
    parser.add_argument("--skip", nargs="*", default=(), choices=("boosted", "forest", "single"))
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    X, y = numbers(6000)
    rows = X[: arguments.rows]
    print(f"{'':26} {'backgr.':>6} {'ours, ms':>9} {'shap, ms':>9} {'ratio':>7}   gap")  # noqa: T201
    if "boosted" not in arguments.skip:
        model = LGBMRegressor(n_estimators=300, num_leaves=63, verbose=-1, n_jobs=1).fit(X, y)
        for size in (100, 1000):
            few = max(2, arguments.shap_rows * 100 // size)
            against_shap("LightGBM 300 x 63 leaves", model, rows, X[-size:], few)
    if "forest" not in arguments.skip:
        forest = RandomForestRegressor(300, max_leaf_nodes=285, n_jobs=1, random_state=0)
        forest.fit(X[:3000], y[:3000])
        few = max(2, arguments.shap_rows // 5)
        against_shap("forest 300 x 285 leaves", forest, rows, X[-100:], few)
    if "single" in arguments.skip:
        return
    print(f"\n{'one row, warm':26} {'backgr.':>6} {'ours, ms':>9} {'predict':>9}")  # noqa: T201
    X, y = raw_columns(6000)
    encoder = ColumnTransformer(
        [
            ("number", SimpleImputer(add_indicator=True), list(X.columns[:20])),
            ("label", OneHotEncoder(handle_unknown="ignore", sparse_output=False), list(X.columns[20:])),
        ]
    )
    for kind, target, scales in (
        (LGBMRegressor, y, ("target",)),
        (LGBMClassifier, y > 0, ("margin", "probability")),
    ):
        model = make_pipeline(encoder, kind(n_estimators=300, num_leaves=63, verbose=-1, n_jobs=1))
        model.fit(X, target)
        for scale in scales:
            one_by_one(f"{kind.__name__}, {scale}", model, X[:33], X[-100:], scale=scale)


if __name__ == "__main__":
    main()
