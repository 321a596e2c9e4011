"""Performance as it is estimated without labels beside what it truly was, month by month; seconds and bytes.

python tests/benchmarks/bench_estimate.py TABLE.csv --target T --time DATE [--train SHARE] [--trials N]
python tests/benchmarks/bench_estimate.py        # a table of sample_data, by parts of the rows

With `--time` the model learns from the first months (a third of the rows), and each later month is estimated,
then measured; without, from random rows, and the others are judged in ten parts. `held` says whether the 90 %
interval holds the true score. For hotel_rates:

python tests/benchmarks/bench_estimate.py hotel_rates.csv --target avg_price_per_room --time arrival_date
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

import automl
from automl.monitoring import Watched
from automl.monitoring.estimate import Gathered
from automl.monitoring.estimate.estimator import metrics_of

SAMPLE = Path(__file__).parents[2] / "sample_data" / "telco_churn.csv"


def parts(table: pd.DataFrame, date: str | None, share: float) -> Iterator[tuple[str, pd.DataFrame]]:
    """First the rows to learn from, then the others by month or in ten parts."""
    if date is None:
        order = np.random.default_rng(0).permutation(len(table))
        end = int(share * len(table))
        yield "learned", table.iloc[order[:end]]
        for number, rows in enumerate(np.array_split(order[end:], 10)):
            yield f"part {number + 1}", table.iloc[rows]
        return
    month = pd.to_datetime(table[date]).dt.to_period("M")
    months = sorted(month.unique())
    counts = month.value_counts().reindex(months).cumsum() / len(table)
    first = months[: max(int((counts <= share).sum()), 1)]
    yield "learned", table[month.isin(first)]
    for each in months[len(first) :]:
        yield str(each), table[month == each]


def judge(
    watched: Watched, rows: pd.DataFrame
) -> tuple[list[tuple[str, float, float, float, float, float]], float]:
    """Of each metric: estimated, low, high, true and promised; and the seconds of the estimate."""
    assert watched.estimator is not None
    task, scorer = watched.task, watched.scorer
    frame = scorer.coerce(rows).frame
    predictions = scorer.predictions(frame)
    truth = task.encode(rows[task.target].reset_index(drop=True))
    decided = None if task.classes is None else task.encode(predictions["prediction"])
    told = scorer.predict(frame) if task.classes is None else scorer.predict_proba(frame)
    began = time.process_time()
    gathered = Gathered(watched.estimator, task, watched.schema)
    gathered.add(frame, np.asarray(told), decided)
    found = gathered.estimated(watched.promised)
    seconds = time.process_time() - began
    if found is None:
        return [], seconds
    true = {
        metric.name: metric.score(truth, decided if metric.needs == "label" else told)
        for metric in metrics_of(task)
        if metric.name != "rmsle" or truth.min() >= 0
    }
    return [
        (each.metric, each.estimated, each.low, each.high, true[each.metric], each.promised or float("nan"))
        for each in found.metrics
        if each.estimated is not None
        and each.low is not None
        and each.high is not None
        and each.metric in true
    ], seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("table", type=Path, nargs="?", default=SAMPLE)
    parser.add_argument("--target", default="Churn")
    parser.add_argument("--time", default=None, help="column of dates")
    parser.add_argument("--train", type=float, default=1 / 3, help="share of the rows to learn from")
    parser.add_argument(
        "--trials", type=int, default=8, help="candidates of the search, whatever time they take"
    )
    parser.add_argument("--metrics", nargs="*", help="default: that of the run and two more")
    options = parser.parse_args()
    pieces = parts(pd.read_csv(options.table), options.time, options.train)
    _, first = next(pieces)
    with tempfile.TemporaryDirectory() as home:
        run = automl.fit(
            first,
            target=options.target,
            budget=3600,
            max_trials=options.trials,
            time=options.time,
            seed=0,
            home=home,
            n_jobs=1,
        )
        began = time.process_time()
        made = run.estimator()
        took = time.process_time() - began
        if made is None:
            raise SystemExit("This table has too few rows to make an estimator.")
        size = (run.folder.path / "estimators" / f"{run.used}.json").stat().st_size
        sys.stdout.write(
            f"{len(first):,} rows learned from; the estimator took {took:.1f} s of processor time and "
            f"{size / 1e3:.0f} kB, made from {made.rows:,} rows\n"
        )
        held: dict[str, list[bool]] = {}
        off: dict[str, list[tuple[float, float]]] = {}
        watched = run.watched()
        for name, rows in pieces:
            scores, seconds = judge(watched, rows)
            wanted = options.metrics or [metric for metric, *_ in scores[:3]]
            for metric, value, low, high, true, promised in scores:
                held.setdefault(metric, []).append(low <= true <= high)
                off.setdefault(metric, []).append((value - true, promised - true))
                if metric in wanted:
                    sys.stdout.write(
                        f"{name:9} {len(rows):6,} rows  {metric:17} estimated {value:8.4f} ({low:.4f} to "
                        f"{high:.4f})  true {true:8.4f}  {'held' if low <= true <= high else 'missed':6}  "
                        f"{seconds:.2f} s\n"
                    )
            sys.stdout.flush()
        for metric, inside in held.items():
            gaps = np.array(off[metric])
            known = np.isfinite(gaps).all()
            promised = f", the promise {np.abs(gaps[:, 1]).mean():.4f}" if known else ""
            sys.stdout.write(
                f"{metric}: held in {sum(inside)} of {len(inside)}; off by "
                f"{np.abs(gaps[:, 0]).mean():.4f} on average{promised}\n"
            )


if __name__ == "__main__":
    main()
