"""Real models of real families on a small messy table, and their bundles."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import LabelEncoder
from sklearn.utils import Bunch

from automl.bundle import BundleFacts, Subject, write_bundle
from automl.data import Schema, read_table
from automl.features import build_preprocessor, common_in, derived_columns
from automl.models import FAMILIES
from automl.models.base import Context
from automl.task import Task

from ..conftest import few_trees
from ..families import installed_families

TARGETS = {"binary": "left", "multiclass": "grade", "regression": "spend"}
WORDS = ["cheap rooms by the sea", "call me NOW 555 123", "good bye", "zwölf Boxkämpfer jagen Viktor"]
ROWS = 160


def rows_as_csv(rows: int = ROWS, *, seed: int = 0, odd: bool = False) -> str:
    """Return a semicolon-separated table; `odd`: with unseen categories, more gaps and an empty column."""
    rng = np.random.default_rng(seed)
    header = "id;age;price;flag;active;plan;zip;city;joined;note;left;grade;spend"
    lines = [header]
    for i in range(rows):
        age = rng.normal(40, 9)
        flag = int(rng.integers(0, 2))
        plan = str(rng.choice(["basic", "pro", "NA", *(["gold"] if odd else [])]))
        signal = age / 10 + 2 * flag + (plan == "pro") + rng.normal(0, 0.5)
        cells = [
            f"K-{seed}-{i:05d}",
            "" if odd else f"{age:.17g}",
            f"{rng.integers(1, 9)}.{rng.integers(100, 999)},{rng.integers(10, 99)} €",
            str(flag),
            str(rng.choice(["TRUE", "FALSE"])),
            plan,
            str(rng.choice(["00123", "00456", "10117", *(["77777"] if odd else [])])),
            f"city {rng.integers(0, 60 if odd else 40)}",
            f"{rng.integers(1, 28):02d}.{rng.integers(1, 13):02d}.20{rng.integers(10, 24)}",
            f"{rng.choice(WORDS)} {i} {rng.choice(WORDS)}",
            "yes" if signal > 5 else "no",
            str(int(np.digitize(signal, [4.3, 5.6]))),
            f"{signal * 100:.3f}",
        ]
        gap = int(rng.integers(1, 40))
        if 0 < gap < 10 and gap != 5:
            cells[gap] = ""
        lines.append(";".join(cells))
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Trained:
    """A fitted model and all that a bundle of it needs."""

    model: Any
    schema: Schema
    task: Task
    frame: pd.DataFrame
    path: Path

    def outputs(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the in-memory model's probabilities or values, two-dimensional."""
        if self.task.kind == "regression":
            return np.asarray(self.model.predict(frame))[:, None]
        return np.asarray(self.model.predict_proba(frame))

    def write(self, path: Path, **changes: Any) -> Path:
        """Write the bundle."""
        settings: dict[str, Any] = {
            "model": self.model,
            "subject": self.subject(),
            "sample": self.frame.head(20),
            "background": self.frame.tail(30),
        }
        return write_bundle(path, **settings | changes)

    def subject(self, **changes: Any) -> Subject:
        """What card and report are made from."""
        settings: dict[str, Any] = {"schema": self.schema, "task": self.task, "facts": facts(self.task)}
        return Subject(**settings | changes)


def facts(task: Task, **changes: Any) -> BundleFacts:
    """Return facts as a finished run gives them."""
    measured = {"score": 0.75, "interval": [0.7, 0.8], "on": "out-of-fold"}
    board = [
        {
            "id": "ensemble",
            "family": "ensemble",
            "score": 0.75,
            "interval_low": 0.7,
            "interval_high": 0.8,
            "fit_seconds": 12.5,
            "predict_ms_per_1000": 88.0,
        },
        {
            "id": "t0003",
            "family": "lightgbm",
            "score": 0.72,
            "interval_low": 0.68,
            "interval_high": 0.77,
            "fit_seconds": 1.5,
            "predict_ms_per_1000": 8.0,
        },
        {
            "id": "t0004",
            "family": "mlp",
            "score": None,
            "interval_low": None,
            "interval_high": None,
            "fit_seconds": 0.0,
            "predict_ms_per_1000": None,
        },
    ]
    settings: dict[str, Any] = {
        "name": "Customers <& friends>",
        "run_id": "customers-1",
        "result": {
            "chosen": "ensemble",
            "metric": task.metric,
            "cv_score": 0.75,
            "cv_interval": [0.7, 0.8],
            "estimate": "cross-validation",
            "holdout": None,
            "metrics": {task.metric: measured},
            "dummy": 0.5,
        },
        "leaderboard": board,
        "findings": [{"severity": "warning", "message": "Two columns say the same."}],
        "source": "customers.csv",
        "sha256": "ab" * 32,
        "rows": ROWS,
        "created": "2026-01-02T03:04:05+00:00",
        "version": "0.1.0",
    }
    return BundleFacts(**settings | changes)


def train(path: Path, kind: str, families: Sequence[str], *, columns: Sequence[str] | None = None) -> Trained:
    """Fit two fold models of each family and let them vote, as a run does."""
    table = read_table(path)
    whole = Schema.infer(table)
    dataset = whole.coerce(table)
    target = TARGETS[kind]
    task = Task.infer(dataset, target, task=kind)
    y = task.encode(dataset.frame[target])
    unused = {"id", *TARGETS.values()}
    schema = whole.select([name for name in columns or whole.names if name not in unused])
    frame = dataset.frame[list(schema.names)]
    common = common_in(frame, schema, np.arange(len(frame)))
    preprocessor = build_preprocessor(schema, schema.names, n_rows=len(frame), seed=0, common=common)
    X = preprocessor.fit_transform(frame)
    categorical = tuple(i for i, column in enumerate(derived_columns(preprocessor)) if column.categorical)
    context = Context(kind, len(y), X.shape[1], task.n_classes, categorical, 2, 1, 0, task.metric)
    fold = np.arange(len(y)) % 2
    members = []
    for name in families:
        params = FAMILIES[name].first_candidates(context)[0]
        for k in range(2):
            fitted = FAMILIES[name].fit(
                params,
                context,
                X[fold != k],
                y[fold != k],
                X_valid=X[fold == k],
                y_valid=y[fold == k],
            )
            members.append((f"{name}-fold{k}", fitted.estimator))
    return Trained(
        Pipeline([("prep", preprocessor), ("model", vote(task, members))]), schema, task, frame, path
    )


def vote(task: Task, members: list[tuple[str, Any]]) -> Any:
    """Return a vote over fitted members, with unequal weights."""
    weights = [1.0 + i % 3 for i in range(len(members))]
    if task.kind == "regression":
        voting: Any = VotingRegressor(members, weights=weights)
    else:
        voting = VotingClassifier(members, voting="soft", weights=weights)
        voting.le_ = LabelEncoder().fit(np.asarray(task.classes))
        voting.classes_ = voting.le_.classes_
    voting.estimators_ = [model for _, model in members]
    voting.named_estimators_ = Bunch(**dict(members))
    return voting


@pytest.fixture(scope="session")
def table_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The training table as a file."""
    path = tmp_path_factory.mktemp("data") / "customers.csv"
    path.write_text(rows_as_csv(), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def everything(table_path: Path) -> Callable[[str], Trained]:
    """Return a function: kind of task → a vote over all families, trained once."""

    @lru_cache
    def made(kind: str) -> Trained:
        with few_trees():
            return train(table_path, kind, installed_families())

    return made


@pytest.fixture(scope="session")
def small(table_path: Path) -> Trained:
    """A small model of steps that hold functions: dates, cleaned numbers, text."""
    return train(table_path, "binary", ["linear", "lightgbm"])


@pytest.fixture(scope="session")
def bundle_path(small: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of the small model."""
    return small.write(tmp_path_factory.mktemp("bundles") / "small.zip")


@pytest.fixture
def unpacked(bundle_path: Path, tmp_path: Path) -> Path:
    """The small model's bundle as a folder."""
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(bundle_path) as archive:
        archive.extractall(folder)
    return folder
