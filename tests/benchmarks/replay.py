"""A model's life on a real table, month after month: watched, learned anew, replaced or not.

    python -m tests.benchmarks.replay TABLE.csv --date COLUMN --target COLUMN --train-months 4 --budget 20
        [--max-trials N] [--exclude COLUMN …] [--holdout 30%] [--window all] [--policy retrain.toml]
        [--months N] [--out DIR]

The first months are learned from. Then each later month comes as a file of its own: the model in use scores
it (drift of every column, the shift of the mean prediction split into columns, the score without labels and
the true one), the policy decides at the end of that month whether to learn anew, and where it says so the job
of `automl retrain` does: old and new rows as a version, a warm search, and a paired test on the latest of the
new rows, from which neither has learned. Everything lies in a home folder that the workbench opens. With
--max-trials, and a budget that does not run out, it is the same life each time.

Prints one line a month as it passes, and at the end the whole table, which is also in DIR/replay.md, with all
figures in DIR/replay.json. "unchanged" is the score of the first model, had it never been replaced.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import automl
from automl import jobs
from automl.data import RawTable, Schema, read_table
from automl.jobs.retraining import Asked, champion_of, retrainings
from automl.jobs.retraining.known import unlearned
from automl.jobs.retraining.look import drift_alone, facts_of
from automl.monitoring.history import scorings
from automl.monitoring.judged import Roles
from automl.monitoring.paired import judged_by
from automl.monitoring.parts import main_output
from automl.monitoring.policy import Decision, Policy, decide
from automl.monitoring.policy_file import read_policy
from automl.monitoring.report import DriftReport
from automl.monitoring.scoring import score
from automl.run import Run, load_run
from automl.search.prepare import load_prepared
from automl.store.catalogue import Catalogue, open_catalogue

POLICY = Policy(drift="act", performance="look", age_days=180, cool_down_days=25, approval=False, sure=0.9)
HEADERS = (
    "month", "rows", "model", "verdict", "drift", "top column (effect)", "mean shift", "true score",
    "estimated", "alert", "unchanged", "learned anew", "gain (90 %)", "sure", "swap",
)  # fmt: skip


@dataclass
class Month:
    """What came of a month."""

    month: str
    rows: int
    model: str
    level: str
    drift: str
    headline: str
    top: str
    effect: float | None
    shift: float | None
    metric: str
    score: float | None
    low: float | None
    high: float | None
    promised: float | None
    estimated: float | None
    estimated_low: float | None
    estimated_high: float | None
    alert: str
    unchanged: float | None
    decision: dict[str, Any]
    outcome: str = ""
    gain: float | None = None
    gain_low: float | None = None
    gain_high: float | None = None
    probability: float | None = None
    challenger: str = ""
    seconds: float = 0.0

    def cells(self) -> tuple[str, ...]:
        """As a line of the table."""
        retrained = "no" if not self.outcome else f"yes: {self.challenger.rpartition('/')[2]}"
        gain = (
            "–" if self.gain is None else f"{self.gain:+.3g} ({self.gain_low:+.3g} to {self.gain_high:+.3g})"
        )
        return (
            self.month, f"{self.rows:,}", self.model.rpartition("/")[2], self.level, self.drift,
            self.top if self.effect is None else f"{self.top} ({self.effect:+.3g})",
            _number(self.shift, "+.3g"),
            _interval(self.score, self.low, self.high),
            _interval(self.estimated, self.estimated_low, self.estimated_high),
            self.alert, _number(self.unchanged), retrained, gain,
            "–" if self.probability is None else f"{self.probability:.1%}", self.outcome or "–",
        )  # fmt: skip


def main() -> None:
    """Replay a table."""
    options = parsed()
    out = options.out.absolute()
    if out.exists() and any(out.iterdir()):
        sys.exit(f"{out} is not empty: give another --out.")
    home = out / "home"
    os.environ["GLASSBENCH_HOME"] = str(home)
    (out / "months").mkdir(parents=True)
    table = read_table(options.table)
    learned, months = divided(table, options.date, options.train_months, out / "months")
    policy = POLICY if options.policy is None else read_policy(options.policy)
    say(f"{table.name}: {len(learned):,} rows of {options.train_months} months, then {len(months)} months")
    run = automl.fit(
        write(learned, out / "months" / "train.csv"),
        options.target,
        budget=options.budget,
        metric=options.metric,
        time=options.date,
        excluded=list(dict.fromkeys([options.date, *options.exclude])),
        n_jobs=options.n_jobs,
        max_trials=options.max_trials,
        seed=options.seed,
        home=home,
        name=table.name,
    )
    assert run.result is not None
    with open_catalogue(home) as catalogue:
        first = catalogue.models.find(table.name)
        catalogue.aliases.set("champion", first, reason="The first model.")
        say(
            f"{first.label}: {first.metric} {_interval(first.score, first.low, first.high)} {first.measured}",
            "",
        )
        say(line(HEADERS))
        life = Life(catalogue, run, table.name, policy, options, out)
        chosen = months if options.months is None else months[: options.months]
        lived = [life.month(name, frame) for name, frame in chosen]
        entries, flaws = len(catalogue.audit.entries()), catalogue.audit.flaws()
        changes = catalogue.aliases.changes(table.name, "champion")
        labels = [catalogue.models.version(each.after_id or 0).label for each in changes]
        versions = catalogue.datasets.versions(table.name)
    summary = [
        f"champions  {' → '.join(labels)}",
        f"data       {len(versions)} versions, the newest {versions[-1].label}",
        f"audit log  {entries} entries, {'as written' if not flaws else f'{len(flaws)} flaws'}",
        f"workbench  automl app --home {home}",
    ]
    (out / "replay.json").write_text(json.dumps([asdict(each) for each in lived], indent=1) + "\n")
    markdown = ["| " + " | ".join(HEADERS) + " |", "|" + "---|" * len(HEADERS)]
    markdown += ["| " + " | ".join(each.cells()) + " |" for each in lived]
    (out / "replay.md").write_text("\n".join([*markdown, "", *summary]) + "\n")
    say("", *markdown, "", *summary)


class Life:
    """A champion and its successors, month after month."""

    def __init__(
        self,
        catalogue: Catalogue,
        run: Run,
        name: str,
        policy: Policy,
        options: argparse.Namespace,
        out: Path,
    ) -> None:
        self.catalogue = catalogue
        self.first = run
        self.name = name
        self.policy = policy
        self.options = options
        self.out = out
        self.metric = load_prepared(run.folder).task.metric
        self.trained = {catalogue.models.find(name).id: last_day(out / "months" / "train.csv", options.date)}
        self.retrained: list[float] = []
        self.unseen: list[pd.DataFrame] = []  # months since the rows were last put together

    def month(self, name: str, frame: pd.DataFrame) -> Month:
        """Let a month pass."""
        began = time.monotonic()
        path = write(frame, self.out / "months" / f"{name}.csv")
        champion, folder = champion_of(self.catalogue, self.name)
        report = self.scored(folder.path, champion.model, path)
        run = load_run(folder.path)
        reference = run.reference(champion.model)
        self.unseen.append(frame)
        now = last_day(path, self.options.date)
        facts = facts_of(
            report,
            reference,
            trained=self.trained[champion.id],
            now=now,
            more_rows=unlearned(self.catalogue, champion) + sum(map(len, self.unseen[:-1])),
            retrained=tuple(self.retrained),
        )
        decision = decide(self.policy, facts)
        found = self.told(name, report, champion.label, decision, path, drift_alone(report, reference)[0])
        found.estimated, found.estimated_low, found.estimated_high = self.estimated(run, path)
        if decision.retrain:
            self.learn_anew(name, now, found)
        found.seconds = time.monotonic() - began
        say(line(found.cells()))
        return found

    def scored(self, run: Path, model: str, path: Path) -> DriftReport:
        """The verdict of the model in use, by the job that the page starts."""
        job = jobs.wait(jobs.launch(run, "score", table=str(path), name=path.name, model=model))
        if job.result is None:
            sys.exit(f"{path.name} could not be scored: {job.message}")
        return next(each for each in scorings(load_run(run).folder) if each.id == job.id).report()

    def told(
        self, name: str, report: DriftReport, model: str, decision: Decision, path: Path, drift: str
    ) -> Month:
        """What the verdict says."""
        ranked = report.ranked()
        top = ranked[0].column if ranked and ranked[0].level != "fine" else "–"
        main = None if report.performance is None else report.performance.main

        return Month(
            month=name,
            rows=report.rows,
            model=model,
            level=report.level,
            drift=drift,
            headline=report.headline,
            top=top,
            effect=report.parts.get(top) or None,
            shift=None if report.shift is None else float(report.shift.total[main_output(report.shift)]),
            metric=self.metric,
            score=None if main is None else main.score,
            low=None if main is None else main.low,
            high=None if main is None else main.high,
            promised=None if main is None else main.promised,
            estimated=None,
            estimated_low=None,
            estimated_high=None,
            alert=self.alert(report),
            unchanged=self.unchanged(path),
            decision=asdict(decision),
        )

    def estimated(self, run: Run, path: Path) -> tuple[float | None, float | None, float | None]:
        """The score that is expected before the labels have come, with its interval."""
        rows = read_table(path).frame.drop(columns=self.options.target)
        found = score(run.watched(), rows, name=path.name, time_budget=None).report.estimated
        if found is None:
            return None, None, None
        return found.main.estimated, found.main.low, found.main.high

    def alert(self, report: DriftReport) -> str:
        """The open alert of the model in use; the verdict where no rule has been asked."""
        champion = self.catalogue.aliases.get(self.name, "champion")
        found = self.catalogue.life.alerts(champion, only_open=True)
        return f"{found[0].level}: {found[0].rule}" if found else report.level

    def unchanged(self, path: Path) -> float | None:
        """The score of the first model."""
        task = load_prepared(self.first.folder).task
        roles = Roles.of_spec(self.first.folder.spec)
        (judged,) = judged_by(task, read_table(path), [self.first.predict(path)], roles)
        return judged.score(task.measure)

    def learn_anew(self, name: str, now: float, found: Month) -> None:
        """Let the job of `automl retrain` do its work, and write down what came of it."""
        _, folder = champion_of(self.catalogue, self.name)
        path = write(pd.concat(self.unseen), self.out / "months" / f"new-until-{name}.csv")
        asked = Asked(
            name=self.name,
            home=str(self.out / "home"),
            table=str(path),
            table_name=path.name,
            budget=self.options.budget,
            date=self.options.date,
            holdout=self.options.holdout,
            window=self.options.window,
            better_by=self.policy.better_by,
            sure=self.policy.sure,
            approval=False,
            n_jobs=self.options.n_jobs,
            max_trials=self.options.max_trials,
        )
        job = jobs.wait(jobs.launch(folder.path, "retrain", **asked.to_json()))
        if job.state != "finished":
            sys.exit(f"The retraining of {name} is {job.state}: {job.message} ({job.folder})")
        self.retrained.append(now)
        self.unseen = []
        told = next(each for each in retrainings(self.catalogue, self.name) if each.job.id == job.id)
        blessing = told.blessing or {}
        found.outcome, found.challenger = told.outcome, told.challenger
        found.gain, found.probability = blessing.get("gain"), blessing.get("probability")
        found.gain_low, found.gain_high = blessing.get("gain_low"), blessing.get("gain_high")
        learned = pd.read_parquet(job.folder / "learned.parquet", columns=[self.options.date])
        made = self.catalogue.models.find(told.challenger)
        self.trained[made.id] = pd.Timestamp(learned[self.options.date].max()).timestamp()


def divided(
    table: RawTable, date: str, train_months: int, folder: Path
) -> tuple[pd.DataFrame, list[tuple[str, pd.DataFrame]]]:
    """The rows of the first months, and those of each later one, in order; cells as in the file."""
    schema = Schema.infer(table, kinds={date: "datetime"})
    when = schema.coerce(table, columns=[date]).frame[date]
    if when.isna().any():
        say(f"{int(when.isna().sum()):,} rows without a date are left out")
    order = when.dropna().sort_values(kind="stable").index
    month = when.loc[order].dt.strftime("%Y-%m")
    names = list(dict.fromkeys(month))
    if len(names) <= train_months:
        sys.exit(f"The table has {len(names)} months: learn from fewer.")
    frame = table.frame.loc[order]
    first = frame[month.isin(names[:train_months]).to_numpy()]
    return first, [(name, frame[(month == name).to_numpy()]) for name in names[train_months:]]


def write(frame: pd.DataFrame, path: Path) -> Path:
    """Rows as a file."""
    frame.to_csv(path, index=False)
    return path


def last_day(path: Path, date: str) -> float:
    """The latest date of a file, in seconds since 1970."""
    table = read_table(path)
    when = Schema.infer(table, kinds={date: "datetime"}).coerce(table, columns=[date]).frame[date]
    return float(pd.Timestamp(when.max()).timestamp())


def parsed() -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("table", type=Path)
    parser.add_argument("--date", required=True, help="column that says when rows are from")
    parser.add_argument("--target", required=True)
    parser.add_argument("--train-months", type=int, default=4)
    parser.add_argument("--months", type=int, help="at most so many months after these")
    parser.add_argument("--budget", type=float, default=20.0, help="seconds of each search")
    parser.add_argument("--max-trials", type=int, metavar="N", help="of each search")
    parser.add_argument("--metric")
    parser.add_argument(
        "--exclude", action="append", default=[], metavar="COLUMN", help="not to predict from"
    )
    parser.add_argument("--holdout", default="30%", help="as `automl retrain --holdout-last`")
    parser.add_argument("--window", default="all", help="as `automl retrain --window`")
    parser.add_argument("--policy", type=Path, help="TOML; the default is in this file")
    parser.add_argument("--n-jobs", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("replay"))
    return parser.parse_args()


def line(cells: tuple[str, ...]) -> str:
    """Cells beside each other."""
    widths = (8, 6, 5, 7, 5, 30, 10, 24, 24, 8, 9, 12, 26, 7, 10)
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def say(*lines: str) -> None:
    """To the terminal, at once."""
    sys.stdout.write("".join(f"{each}\n" for each in lines))
    sys.stdout.flush()


def _number(value: float | None, form: str = ".4g") -> str:
    return "–" if value is None or not np.isfinite(value) else format(value, form)


def _interval(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if low is None or high is None else f"{value:.4g} ({low:.4g} to {high:.4g})"


if __name__ == "__main__":
    main()
