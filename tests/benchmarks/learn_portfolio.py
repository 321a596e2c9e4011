"""Learn the portfolio: which candidates to try first on a table that nobody has seen, and in which order.

    python tests/benchmarks/learn_portfolio.py SUITE LOG [--drawn 30] [--rows 6000] [--merge] [--write]

SUITE is a folder of CSV files with a `suite.json` that names target and task of each. The candidates are
those of the present portfolio, the first ones of families that are not in it, and some drawn from the spaces
of all families that every search may try. Each is judged once on each table, on two folds of five. LOG keeps
its predictions and its seconds, so that the command goes on where it stopped.

The order is made greedily (after Salinas and Erickson, "TabRepo", AutoML 2024): next comes the candidate
that, for its cost, most lowers the loss of a vote of all before it, on average over the tables; rows that
choose the weights do not judge the vote. Printed: how an order learned from one half of the tables does on
the other, beside the present order and a random one. With --write it becomes `automl/search/portfolio.json`;
with --merge as well, the present portfolio counts as much as what was learned now: candidates are sorted by
the mean of their two places. That is for a SUITE of other tables than those it was learned on.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd
from numpy.typing import NDArray

import automl
from automl.metrics import Metric, get_metric
from automl.models import FAMILIES, Context, get_family
from automl.search.ensemble import greedy_picks
from automl.search.evaluate import TrainingRows, evaluate
from automl.search.portfolio import adapted, portfolio
from automl.search.prepare import prepare

TARGET = Path(__file__).parents[2] / "automl/search/portfolio.json"
# A table on which all choices of all families have a meaning.
WIDEST = Context(
    task="binary",
    n_rows=2000,
    n_columns=20,
    n_classes=2,
    categorical=(0, 1),
    log_target="log",
    metric="roc_auc",
)
FOLDS = (
    2  # of the five: what they judge is enough to compare by, and models learn from as much as in a search
)
SECONDS = 30.0  # for one candidate on one table; those that take longer are not for first tries
SHARES = np.array([0, 0.1, 0.2, 0.3, 0.45, 0.65, 0.85, 1.0])  # that a new member may get
FREE_COST = 0.3  # of a middling candidate: what any costs beside its fits
NEGLIGIBLE = 1e-4  # of the loss: what a further candidate must gain
PERFECT = 0.01  # of the dummy's loss, added to all: halving what is near zero means little


@dataclass
class Logged:
    """What is known of the candidates on one table, and the vote of those taken so far."""

    name: str
    metric: Metric
    y: NDArray[Any]
    predictions: dict[str, NDArray[np.float64]]
    seconds: dict[str, float]
    halves: list[NDArray[np.int64]] = field(init=False)
    blind: NDArray[np.float64] = field(init=False)
    floor: float = field(init=False)
    taken: list[str] = field(init=False)
    votes: list[NDArray[np.float64]] = field(init=False)

    def __post_init__(self) -> None:
        parity = np.random.default_rng(0).permutation(len(self.y)) % 2
        self.halves = [np.flatnonzero(parity == half) for half in (0, 1)]
        shape = next(iter(self.predictions.values())).shape
        if len(shape) == 1:
            self.blind = np.full(shape, self.y.mean())
        else:
            self.blind = np.tile(np.bincount(self.y, minlength=shape[1]) / len(self.y), (shape[0], 1))
        self.floor = PERFECT * self.metric.loss(self.y, self.blind)
        self.forget()

    def forget(self) -> None:
        """Begin again with a vote of nothing."""
        self.taken, self.votes = [], [self.blind, self.blind]

    def log_loss_of(self, rows: NDArray[np.int64], prediction: NDArray[np.float64]) -> float:
        """The logarithm of the loss, so that tables of any scale count the same."""
        return float(np.log(self.metric.loss(self.y[rows], prediction[rows]) + self.floor))

    def gain(self, name: str) -> float:
        """By how much a further member would lower the log of the loss."""
        if name not in self.predictions:
            return 0.0
        gained = 0.0
        for half in (0, 1):
            chooses, judges = self.halves[half], self.halves[1 - half]
            vote, new = self.votes[half], self.predictions[name]
            losses = [self.log_loss_of(chooses, (1 - share) * vote + share * new) for share in SHARES]
            share = SHARES[int(np.argmin(losses))]
            gained += self.log_loss_of(judges, vote) - self.log_loss_of(
                judges, (1 - share) * vote + share * new
            )
        return gained / 2

    def take(self, name: str) -> None:
        """Let a candidate join the vote."""
        if name in self.predictions:
            self.taken.append(name)
            self.votes = [self.vote(self.taken, half) for half in (0, 1)]

    def vote(self, names: Sequence[str], half: int) -> NDArray[np.float64]:
        """The vote that the engine would choose from these candidates by half of the rows."""
        rows = self.halves[half]
        picked = greedy_picks([self.predictions[name][rows] for name in names], self.y[rows], self.metric)
        return np.mean([self.predictions[names[i]] for i in picked], axis=0)

    def value(self, names: Sequence[str]) -> float:
        """How good the vote of some candidates is: its log loss, each half judging the other's choice."""
        return float(
            np.mean([self.log_loss_of(self.halves[1 - half], self.vote(names, half)) for half in (0, 1)])
        )


def name_of(family: str, params: Any) -> str:
    digest = hashlib.sha1(json.dumps(dict(params), sort_keys=True).encode()).hexdigest()
    return f"{family}-{digest[:8]}"


def judged_families() -> list[str]:
    """Families that every search may try and that have something to choose."""
    return sorted(
        name
        for name, family in FAMILIES.items()
        if not family.extra and family.unavailable(WIDEST) is None and family.distributions(WIDEST)
    )


def pool(drawn: int) -> dict[str, tuple[str, dict[str, Any]]]:
    """The candidates by name; those that are drawn are drawn with a fixed seed."""
    found = [(family, dict(params)) for family, params in portfolio().candidates]
    known = {family for family, _ in found}
    searched = judged_families()
    for family in searched:
        if family not in known:
            found += [(family, params) for params in get_family(family).first_candidates(WIDEST)]
    studies = {  # one each: the same name may mean something else in another family
        family: optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=10)) for family in searched
    }
    for number in range(drawn):
        family = searched[number % len(searched)]
        params = get_family(family).suggest(studies[family].ask(), WIDEST)
        found.append(
            (family, {k: float(f"{v:.3g}") if isinstance(v, float) else v for k, v in params.items()})
        )
    return {name_of(*each): each for each in found}


def log_table(
    csv: Path,
    target: str,
    task: str,
    folder: Path,
    rows: int,
    candidates: dict[str, tuple[str, dict[str, Any]]],
) -> None:
    """Judge the candidates on one table; what is in the log already is not done again."""
    frame = pd.read_csv(csv, low_memory=False)
    if len(frame) > rows:
        frame = frame.sample(rows, random_state=0).reset_index(drop=True)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        run = automl.create_run(frame, target=target, task=task, home=home, max_trials=1)
        context = prepare(run.folder, frame).context
        training = TrainingRows.load(run.folder.path)
        fold = np.where(training.fold < FOLDS, training.fold, -1).astype(np.int8)
        judged = replace(training, split=replace(training.split, fold=fold, n_folds=FOLDS))
        np.save(folder / "y.npy", judged.y[judged.validated])
        facts = {"task": context.task, "metric": context.metric, "rows": len(frame)}
        (folder / "table.json").write_text(json.dumps(facts))
        for name, (family, params) in candidates.items():
            path = folder / f"{name}.npz"
            if path.exists() or get_family(family).unavailable(context):
                continue
            started = time.process_time()
            done = evaluate(judged, family, adapted(family, params, context), context, SECONDS)
            seconds = time.process_time() - started
            usable = done.out_of_fold is not None and not done.clipped
            prediction = done.out_of_fold.astype(np.float32) if usable else np.zeros(0)
            np.savez_compressed(path, prediction=prediction, seconds=seconds)


def read_log(log: Path, names: Sequence[str]) -> list[Logged]:
    """What the log knows of these candidates, table by table."""
    tables = []
    for folder in sorted(log.iterdir()):
        facts = json.loads((folder / "table.json").read_text())
        predictions, seconds = {}, {}
        for name in names:
            if (path := folder / f"{name}.npz").exists():
                with np.load(path) as found:
                    if len(found["prediction"]):
                        predictions[name] = found["prediction"].astype(np.float64)
                        seconds[name] = float(found["seconds"])
        metric = get_metric(facts["metric"], facts["task"])
        tables.append(Logged(folder.name, metric, np.load(folder / "y.npy"), predictions, seconds))
    return tables


def learn(tables: Sequence[Logged], names: Sequence[str]) -> list[str]:
    """The order in which to try the candidates; those that gain nothing any more are left out."""
    for table in tables:
        table.forget()
    costs = {
        name: FREE_COST
        + float(
            np.mean(
                [
                    table.seconds[name] / np.median(list(table.seconds.values()))
                    for table in tables
                    if name in table.seconds
                ]
            )
        )
        for name in names
    }
    order: list[str] = []
    while waiting := [name for name in names if name not in order]:
        gains = {name: float(np.mean([table.gain(name) for table in tables])) for name in waiting}
        # The root: what is twice as good may take four times as long, or quick ones alone would come first.
        best = max(waiting, key=lambda name: gains[name] / costs[name] ** 0.5)
        if gains[best] < NEGLIGIBLE:
            break
        order.append(best)
        for table in tables:
            table.take(best)
    return order


def merged(order: Sequence[str], before: Sequence[str]) -> list[str]:
    """Two orders as one, by the mean of the places; who is missing in one stands at its end."""
    places = [{name: place for place, name in enumerate(each)} for each in (order, before)]
    both = list(dict.fromkeys([*order, *before]))
    return sorted(both, key=lambda name: sum(each.get(name, len(each)) for each in places))


def compare(tables: Sequence[Logged], names: Sequence[str]) -> None:
    """Print how orders do on tables that they were not learned from."""
    rng = np.random.default_rng(0)
    shuffled = rng.permutation(len(tables))
    lengths = (3, 5, 10, 15, 20, 30)
    sums: dict[str, NDArray[np.float64]] = {}
    for half in (0, 1):
        order = learn([tables[i] for i in shuffled[half::2]], names)
        orders = {
            "learned on others": order + [name for name in names if name not in order],
            "present": list(names),
            "random": list(rng.permutation(names)),
        }
        for table in (tables[i] for i in shuffled[1 - half :: 2]):
            for kind, known in orders.items():
                there = [name for name in known if name in table.predictions]
                sums[kind] = sums.get(kind, 0.0) + np.array([table.value(there[:n]) for n in lengths])
    print("mean log loss of the vote of the first", *lengths)  # noqa: T201
    for kind, total in sums.items():
        print(f"{kind:18}", *(f"{value:.4f}" for value in total / len(tables)))  # noqa: T201


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("suite", type=Path)
    parser.add_argument("log", type=Path)
    parser.add_argument("--drawn", type=int, default=30)
    parser.add_argument("--rows", type=int, default=6000)
    parser.add_argument("--merge", action="store_true")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    candidates = pool(args.drawn)
    for name, spec in json.loads((args.suite / "suite.json").read_text()).items():
        print(name, flush=True)  # noqa: T201
        csv = args.suite / f"{name}.csv"
        log_table(csv, spec["target"], spec["task"], args.log / name, args.rows, candidates)
    tables = read_log(args.log, list(candidates))
    compare(tables, list(candidates))
    order = learn(tables, list(candidates))
    learned_on = [table.name for table in tables]
    if args.merge:
        order = merged(order, [name_of(family, params) for family, params in portfolio().candidates])
        learned_on = sorted({*learned_on, *json.loads(TARGET.read_text(encoding="utf-8"))["tables"]})
    for name in order:
        print(name)  # noqa: T201
    if args.write:
        content = {
            "learned": datetime.date.today().isoformat(),
            "versions": {name: version(name) for name in ("scikit-learn", "lightgbm")},
            "tables": learned_on,
            "families": judged_families(),
            "candidates": [
                {"family": family, "params": params}
                for family, params in (candidates[name] for name in order)
            ],
        }
        TARGET.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
