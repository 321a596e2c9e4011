"""Photograph the workbench for the README: a real server, real searches and models, in light and dark.

    python -m tests.screens                  searches anew (minutes)
    python -m tests.screens --home FOLDER    keeps the runs there, and photographs them the next time

Needs Chromium (Debian's, or `GLASSBENCH_CHROMIUM=/path/to/it`) and what the tests need. Writes `screen-*.png`
into `.github/images/`. Searches stop by the clock, so scores differ a little from one time to the next.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pandas as pd
from playwright.sync_api import Page, sync_playwright

from automl import jobs
from automl.desk import Desk
from automl.jobs.retraining.asked import Asked
from automl.jobs.retraining.seen import KIND
from automl.monitoring.history import SCORINGS
from automl.store import RunFolder, preferred_model
from automl.store.catalogue import open_catalogue
from automl.workbench import actions
from tests.gallery import IMAGES, ROOT, small
from tests.watched_months import month, watched_months
from tests.workbench.browsing import CHROMIUM, begin, press, settled
from tests.workbench.conftest import Server

TABLE = ROOT / "sample_data" / "telco_churn.csv"
WIDTH = 1280
COLOURS = 96
LATER = 90_000  # milliseconds
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
UNSETTLED = "[data-testid=stSkeleton], [data-testid=stSpinner], [data-stale=true]"


@dataclass
class Studio:
    """A server, a page on it, and where the pictures go."""

    server: Server
    page: Page
    folder: Path
    taken: dict[str, int] = field(default_factory=dict)

    def open(self, path: str, run: RunFolder, **query: str) -> None:
        """Open a page of a run."""
        asked = "&".join(f"{name}={value}" for name, value in {"run": run.id, **query}.items())
        self.page.goto(f"{self.server.url}/{path}?{asked}")

    def wait(self, text: str) -> None:
        """Until a text is there and nothing else is on its way."""
        self.page.get_by_text(text).first.wait_for(timeout=LATER)
        settled(self.page)
        self.page.get_by_text("Getting more exact").wait_for(state="hidden", timeout=LATER)
        self.page.wait_for_function(f"!document.querySelector('{UNSETTLED}')", timeout=LATER)
        self.page.evaluate("document.fonts.ready")
        self.page.wait_for_timeout(700)  # charts and unfolding parts move into their place

    def photograph(self, name: str, *, shows: str, height: int, top: str | None = None) -> None:
        """Take a picture in each look.

        Parameters
        ----------
        name : str
        shows : str
            A text that is on the page when it is ready.
        height : int
            Of the window.
        top : str, optional
            A heading or tab that is scrolled to; else the top of the page.
        """
        self.page.set_viewport_size({"width": WIDTH, "height": height})
        for scheme in SCHEMES:
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            self.page.reload()
            self.wait(shows)
            if top is not None:
                self.page.get_by_text(top, exact=True).first.evaluate("node => node.scrollIntoView(true)")
                self.page.mouse.wheel(0, -70)  # out from under the bar on top
                self.page.wait_for_timeout(500)
            picture = small(self.page.screenshot(), COLOURS)
            (self.folder / f"screen-{name}-{scheme}.png").write_bytes(picture)
            self.taken[f"{name}-{scheme}"] = len(picture)


def searched(studio: Studio, budget: str) -> RunFolder:
    """The finished run of customers; where there is none, it is searched, and its beginning photographed."""
    for run in studio.server.home.runs():
        if run.spec["name"] == TABLE.stem and run.status["state"] == "finished":
            return run
    page = studio.page
    run = begin(page, studio.server, TABLE, "Churn", budget, before_start=lambda: new(studio))
    page.get_by_text("Being tried now").wait_for(timeout=LATER)
    page.wait_for_timeout(1000 * (0.5 * float(run.spec["budget"]) - 5))
    studio.photograph("run", shows="Being tried now", height=860)
    jobs.wait(run.path, timeout=600)
    for job in jobs.jobs(run.path):  # its explanation, and what sets tied models apart
        jobs.wait(job.folder, timeout=300)
    return run


def new(studio: Studio) -> None:
    """The three decisions, taken."""
    studio.photograph("new", shows="What counts as a good prediction?", height=800)


def runs(studio: Studio, run: RunFolder) -> None:
    """The list: one that has ended, one at work, one that waits."""
    _leave_alone(studio, run)
    page = studio.page
    for title in ("Penguins", "House prices"):
        page.goto(f"{studio.server.url}/new")
        settled(page)
        page.get_by_role("button", name=title).click()
        studio.wait("What counts as a good prediction?")
        press(page, "Start the search")
        page.wait_for_url("**/run?run=*", timeout=LATER)
        settled(page)
    page.wait_for_timeout(12_000)
    page.goto(studio.server.url)
    studio.photograph("runs", shows="Sample tables", height=800)
    _leave_alone(studio, run)


def _leave_alone(studio: Studio, run: RunFolder) -> None:
    """Stop and delete all other runs."""
    for each in studio.server.home.runs():
        if each.id != run.id:
            jobs.stop(each.path)
            actions.delete(studio.server.home, each)


def models(studio: Studio, run: RunFolder) -> None:
    """The leaderboard, and what a tie is decided by."""
    studio.open("models", run)
    studio.photograph("models", shows="What the data can tell apart", height=900)


def explain(studio: Studio, run: RunFolder) -> None:
    """Which columns matter, and how."""
    studio.open("explain", run)
    studio.photograph("explain", shows="Which columns matter", height=900)


def what_if(studio: Studio, run: RunFolder) -> None:
    """The customer most likely to leave, offered another contract."""
    desk = Desk(run.path, str(preferred_model(run)))
    row = desk.ask("about", wait=120)["starts"]["highest"]
    edits = json.dumps({"Contract": "One year", "OnlineSecurity": "Yes", "TechSupport": "Yes"})
    studio.open("what-if", run, row=str(row + 1), edits=edits)
    studio.photograph("what-if", shows="What each column contributes", height=900)
    desk.close()


def score(studio: Studio, run: RunFolder) -> None:
    """New customers of whom most have just begun, which those learned from had not."""
    customers = pd.read_csv(TABLE)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "customers-of-march.csv"
        customers[customers["tenure"] <= 30].sample(800, random_state=1).to_csv(table, index=False)
        studio.open("score", run)
        settled(studio.page)
        studio.page.locator('input[type="file"]').set_input_files(table)
        studio.wait("Score 800 rows")
        press(studio.page, "Score 800 rows")
        studio.page.wait_for_url("**scoring=*", timeout=LATER)
        studio.wait("Download predictions")
    studio.photograph("score", shows="Download predictions", height=900)


def export(studio: Studio, run: RunFolder) -> None:
    """The zip, checked."""
    studio.open("export", run)
    settled(studio.page)
    build = studio.page.get_by_role("button", name="Build the bundle")
    studio.page.get_by_text("Build").first.wait_for(timeout=LATER)
    if build.count():
        build.first.click()
    studio.wait("Self-check passed")
    studio.photograph("export", shows="Self-check passed", height=900)


def monitor(studio: Studio, _run: RunFolder) -> None:
    """Another model, six months later."""
    studio.open("monitor", _watched(studio))
    studio.photograph("monitor", shows="Over time", height=900)


def anew(studio: Studio, _run: RunFolder) -> None:
    """That model learned anew from the months whose labels have come: both scores, and whose turn it is."""
    run, home = _watched(studio), studio.server.home.path
    table = pd.read_csv(TABLE, dtype=str, keep_default_na=False)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "march-to-may.csv"
        pd.concat([month(table, number) for number in (3, 4, 5)]).to_csv(path, index=False)
        with open_catalogue(home) as catalogue:
            catalogue.aliases.set("champion", catalogue.models.find(run.spec["name"]))
        asked = Asked(
            name=run.spec["name"], home=str(home), table=str(path), table_name=path.name, budget=30.0,
            approver="grace", max_trials=6,
        )  # fmt: skip
        job = jobs.wait(jobs.launch(run.path, KIND, **asked.to_json()), timeout=600)
    studio.page.goto(f"{studio.server.url}/registry?name={run.spec['name']}&retraining={job.id}")
    studio.photograph("anew", shows="On the same new rows", height=900)


def _watched(studio: Studio) -> RunFolder:
    """A run whose model has scored six months; made where there is none."""
    for run in studio.server.home.runs():
        if (run.path / SCORINGS).is_dir() and run.spec["name"] == "Churn":
            return run
    return watched_months(studio.server.home.path).folder


SCENES: tuple[Callable[[Studio, RunFolder], None], ...] = (
    models, explain, what_if, score, export, runs, monitor, anew,
)  # fmt: skip


@contextmanager
def studio_at(home: Path, folder: Path) -> Iterator[Studio]:
    """A workbench with that home, and a browser."""
    home.mkdir(parents=True, exist_ok=True)
    os.environ["GLASSBENCH_HOME"] = str(home)
    server = Server(home)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        server.start()
        try:
            yield Studio(server, browser.new_page(viewport={"width": WIDTH, "height": 900}), folder)
        finally:
            browser.close()
            server.close()


def main() -> int:
    """Take all pictures, or those that are named."""
    named = {scene.__name__: scene for scene in SCENES}
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--home", type=Path, help="folder that keeps the runs")
    options.add_argument("--to", type=Path, default=IMAGES, help="folder of the pictures")
    options.add_argument("--budget", default="1 min", help="of the search, as on the page (default: 1 min)")
    options.add_argument("scenes", nargs="*", metavar="PAGE", help=f"of {', '.join(named)}; default: all")
    chosen = options.parse_args()
    if unknown := set(chosen.scenes) - set(named):
        options.error(f"there is no page {', '.join(sorted(unknown))}")
    chosen.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        home = (chosen.home or Path(scratch) / "home").absolute()
        with studio_at(home, chosen.to) as studio:
            run = searched(studio, chosen.budget)
            for name in chosen.scenes or named:
                named[name](studio, run)
    total = sum(studio.taken.values()) / 1000
    sys.stdout.write(f"{len(studio.taken)} pictures, {total:.0f} kB, in {chosen.to}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
