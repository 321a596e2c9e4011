"""How long an edit of a row takes to its new prediction and contributions.

python tests/benchmarks/bench_what_if.py                    # searches telco_churn for 60 s first
python tests/benchmarks/bench_what_if.py --run RUN_FOLDER   # a run that is there already
python tests/benchmarks/bench_what_if.py --run RUN_FOLDER --no-browser

Three times: what the model takes to predict one row, from a raw DataFrame on; from a question put to the desk
to its answer, every edit a new one; and in a browser, from the key that ends an edit to the new numbers on
the page. Medians and 90 % quantiles in milliseconds, the ratio to the model's own prediction, and how wide
the standard errors are at first and when the desk has gone on. The load of the machine is printed with them.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

import automl
from automl.desk import Desk
from automl.run import Run
from automl.store import RunFolder
from automl.workbench.views.what_if import HASTE_SECONDS
from explain.row.whatif import WhatIf

ROOT = Path(__file__).parents[2]


def told(name: str, milliseconds: list[float], own: float) -> None:
    """Print one line."""
    middle, high = statistics.median(milliseconds), float(np.quantile(milliseconds, 0.9))
    print(  # noqa: T201
        f"{name:34} {len(milliseconds):4} {middle:9.0f} {high:9.0f} {middle / own:9.1f}", flush=True
    )


def edits_of(facts: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """New edits of one to three columns, no two alike."""
    rng = random.Random(1)
    found: list[dict[str, Any]] = []
    while len(found) < count:
        edit: dict[str, Any] = {}
        for column in rng.sample(facts["columns"], rng.randint(1, 3)):
            if column["kind"] == "number":
                edit[column["name"]] = round(rng.uniform(column["low"], column["high"]), 2)
            elif column["labels"]:
                edit[column["name"]] = rng.choice(column["labels"])
        if edit and edit not in found:
            found.append(edit)
    return found


def predicting(run: Run, model: str, count: int) -> float:
    """Median milliseconds that the model takes for one row."""
    matter = run.matter(model)
    answer = getattr(matter.model, "predict_proba", matter.model.predict)
    times = []
    for i in range(count):
        row = matter.rows.iloc[[i]]
        started = time.perf_counter()
        answer(row)
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times[3:])


def at_the_desk(desk: Desk, count: int, own: float) -> None:
    """Edits one after another, as fast as they are answered; then how exact they were and become."""
    facts = desk.ask("about")
    row = facts["starts"]["typical"]
    desk.ask("row", row=row)
    times, first, later = [], [], []
    edits = edits_of(facts, count)
    for edit in edits:
        started = time.perf_counter()
        answer = desk.ask("what_if", row=row, changes=edit, seconds=HASTE_SECONDS)
        times.append(1000 * (time.perf_counter() - started))
        first.append(WhatIf.from_json(answer["result"]).explanation)
    told("desk: an edit", times, own)
    for edit in edits[-5:]:
        desk.ask("what_if", row=row, changes=edit, seconds=HASTE_SECONDS)
        ends = time.monotonic() + 30
        while desk.state().refining and time.monotonic() < ends:
            time.sleep(0.1)
        answer = desk.ask("what_if", row=row, changes=edit, seconds=HASTE_SECONDS)
        later.append(WhatIf.from_json(answer["result"]).explanation)
    print(f"\n{first[-1].method}")  # noqa: T201
    for name, made in (("at first", first), ("after a pause", later)):
        errors = [0.0 if each.stderr is None else float(each.stderr[1].max()) for each in made]
        largest = [float(np.abs(each.values[1]).max()) for each in made]
        print(f"largest standard error {name}: {np.median(errors):.4f} (largest contribution "  # noqa: T201
              f"{np.median(largest):.4f})")  # fmt: skip


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The workbench on a port of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "automl.workbench", "--port", str(port), "--no-browser"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "GLASSBENCH_HOME": str(home)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        while True:
            try:
                with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5):
                    break
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()


_WATCH = """() => {
  window.gbEnded = null; window.gbShown = null;
  const text = name => document.querySelector(name)?.innerText;
  const cards = () => text('.wi-cards') + text('.wi-table');
  let before = cards();
  document.addEventListener('keydown', e => { if (e.key === 'Enter') {
    before = cards(); window.gbEnded = performance.now(); window.gbShown = null; } }, true);
  new MutationObserver(() => {
    if (window.gbEnded !== null && window.gbShown === null && document.querySelector('.wi-cards')
        && document.querySelector('.wi-table') && cards() !== before)
      requestAnimationFrame(() => { window.gbShown ??= performance.now(); });
  }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


def in_the_browser(run: RunFolder, desk: Desk, count: int, own: float) -> None:
    """Numbers typed into the first number column."""
    from playwright.sync_api import sync_playwright

    facts = desk.ask("about")
    column = next(each for each in facts["columns"] if each["kind"] == "number")
    low, high = float(column["low"]), float(column["high"])
    chromium = os.environ.get("GLASSBENCH_CHROMIUM") or shutil.which("chromium")
    with served(run.path.parents[1]) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 1600})
        page.goto(f"{url}/what-if?run={run.id}&row={facts['starts']['typical'] + 1}")
        page.wait_for_selector(".wi-table", timeout=60_000)
        idle = '[data-testid="stApp"][data-test-script-state="notRunning"]'
        page.wait_for_selector(idle)
        page.evaluate(_WATCH)
        times = []
        for k in range(count + 2):
            field = page.get_by_role("spinbutton", name=column["name"]).first
            field.fill(f"{low + (high - low) * (k + 0.5) / (count + 2):.2f}")
            field.press("Enter")
            page.wait_for_function("window.gbShown !== null", timeout=30_000)
            times.append(page.evaluate("window.gbShown - window.gbEnded"))
            page.wait_for_selector(idle)
            page.wait_for_timeout(300)  # as a person who looks
        browser.close()
    told("browser: an edit", times[2:], own)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--run", type=Path, help="folder of a finished run; default: search for 60 s")
    parser.add_argument("--edits", type=int, default=40)
    parser.add_argument("--no-browser", action="store_true")
    arguments = parser.parse_args()
    folder = arguments.run
    if folder is None:
        home = Path(tempfile.mkdtemp(prefix="what-if-")) / "home"
        folder = automl.fit(
            ROOT / "sample_data" / "telco_churn.csv", "Churn", budget=60, home=home
        ).folder.path
    run = automl.load_run(folder)
    model = (run.result or {})["chosen"]
    print(f"{folder}, {model}: {len(run.result['members'])} members")  # type: ignore[index]  # noqa: T201
    own = predicting(run, model, 40)
    desk = Desk(run.folder.path, model)
    started = time.perf_counter()
    desk.ask("about", wait=120)
    ready = time.perf_counter() - started
    print(f"ready after {ready:.1f} s; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")  # noqa: T201
    print(f"{'':34} {'n':>4} {'median ms':>9} {'90 % ms':>9} {'x predict':>9}")  # noqa: T201
    told("model: one row", [own], own)
    at_the_desk(desk, arguments.edits, own)
    if not arguments.no_browser:
        in_the_browser(run.folder, desk, min(20, arguments.edits), own)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")  # noqa: T201
    desk.close()


if __name__ == "__main__":
    main()
