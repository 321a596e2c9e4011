"""Seconds of processor time to judge a model on 100,000 rows, and as a ratio to scikit-learn's AUC.

python tests/benchmarks/bench_trust.py
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from explain.judge.failures import find_failures
from explain.judge.fairness import group_fairness, survey
from explain.judge.performance import measure_performance
from explain.judge.scored import Scored
from explain.judge.thresholds import equalising_thresholds

ROWS = 100_000


def table(rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    frame = pd.DataFrame(
        {
            "sex": pd.Series(rng.choice(["f", "m"], ROWS), dtype="str"),
            "town": pd.Series(rng.choice([f"t{i}" for i in range(40)], ROWS), dtype="str"),
            **{f"x{j}": rng.normal(size=ROWS) for j in range(18)},
        }
    )
    probability = 1 / (1 + np.exp(-frame.x0.to_numpy() - (frame.sex == "m")))
    return frame, (rng.random(ROWS) < probability).astype(int), probability


def seconds(work: Callable[[], object]) -> float:
    work()  # imports
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    rng = np.random.default_rng(0)
    frame, y, p = table(rng)
    binary = Scored.of_predictions(frame, y, probability=p)
    numbers = Scored.of_predictions(frame, p + rng.normal(size=ROWS), prediction=p)
    reference = seconds(lambda: roc_auc_score(y, p))
    for name, work in {
        "fairness, 2 groups": lambda: group_fairness(binary, "sex"),
        "fairness, 20 groups": lambda: group_fairness(binary, "town"),
        "fairness, 3 columns and pairs": lambda: survey(binary, ["sex", "town", "x0"]),
        "fairness of a regression": lambda: group_fairness(numbers, "town"),
        "thresholds": lambda: equalising_thresholds(binary, "sex"),
        "failures, 20 columns": lambda: find_failures(binary),
        "performance": lambda: measure_performance(binary),
        "residuals": lambda: measure_performance(numbers),
    }.items():
        took = seconds(work)
        sys.stdout.write(f"{name:32} {took:6.2f} s {took / reference:8.1f}\n")


if __name__ == "__main__":
    main()
