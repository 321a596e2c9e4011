"""Draw the pictures of the README: real explanations of models fitted here, in light and dark.

    python tests/gallery.py                  fits both models anew (minutes)
    python tests/gallery.py --home FOLDER    keeps the runs there, and draws from them the next time

Needs Chromium (Debian's, or `GLASSBENCH_CHROMIUM=/path/to/it`) and what the tests need. Writes into
`.github/images/`. The same seed and trials give the same models, so pictures change with the code only.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image
from playwright.sync_api import sync_playwright
from plotly.offline import get_plotlyjs

import automl
import explain
from automl.run import Run
from automl.store import Home
from explain import plots

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / ".github" / "images"
WIDTH = 640  # CSS pixels; two pictures stand side by side in the README
SCALE = 2  # pixels of the file for one of CSS
COLOURS = 64  # of a file: flat colours and the shades of their edges need no more
FONT = "'Inter', 'Liberation Sans', 'Helvetica Neue', Arial, sans-serif"


@dataclass(frozen=True)
class Look:
    """Colours of a picture: those of the page, and those of the figure on it."""

    name: str
    page: str
    title: str
    figure: plots.Theme


LOOKS = (
    Look(
        "light",
        "#ffffff",
        "#1f2328",
        plots.Theme("#c9701a", "#2f6cb8", "#2f6cb8", "#7d868f", "#4b555f", "rgba(120,130,140,0.25)", FONT),
    ),
    Look(
        "dark",
        "#0d1117",
        "#f0f6fc",
        plots.Theme("#f0a04b", "#7fb0ee", "#7fb0ee", "#8b949e", "#b4bdc7", "rgba(140,150,160,0.28)", FONT),
    ),
)


@dataclass(frozen=True)
class Learned:
    """A run on four rows of five of a table, and the fifth that it never saw."""

    run: Run
    training: pd.DataFrame
    unseen: pd.DataFrame
    truth: pd.Series[Any]

    @property
    def background(self) -> pd.DataFrame:
        return self.training.sample(100, random_state=0)


def learned(table: str, target: str, trials: int, home: Path) -> Learned:
    """Fit a model, or take the run that the home holds already."""
    frame = pd.read_csv(ROOT / "sample_data" / f"{table}.csv")
    unseen = frame.sample(frac=0.2, random_state=0).sort_index()
    training = frame.drop(unseen.index)
    known = [run for run in Home(home).runs() if run.spec["name"] == table]
    if known:
        run = automl.load_run(known[0].path)
    else:
        run = automl.fit(training, target, name=table, budget=600, max_trials=trials, home=home)
    schema = run.schema
    return Learned(run, schema.coerce(training).frame, schema.coerce(unseen).frame, unseen[target])


@dataclass(frozen=True)
class Picture:
    """One card: a title in plain words, what was found in a sentence or two, and the figure in each look."""

    name: str
    title: str
    words: str
    figures: tuple[Any, ...]


def pictures(churn: Learned, ames: Learned) -> Iterator[Picture]:
    """The six of the README, in its order."""

    def drawn(plot: Any, *things: Any, **options: Any) -> tuple[Any, ...]:
        return tuple(plot(*things, **options, theme=look.figure) for look in LOOKS)

    model = churn.run.model
    sample = churn.unseen.sample(240, random_state=0)
    explanation = explain.explain(model, sample, churn.background)
    gap = np.abs(explanation.prediction[:, 1] - 0.65) + 1.0 * (sample["PaymentMethod"] != "Electronic check")
    at = int(gap.argmin())
    yield Picture(
        "row",
        "Why is this customer likely to leave?",
        explain.sentence(explanation, at, "Yes"),
        drawn(plots.waterfall, explanation, at, output="Yes", top=8),
    )
    yield Picture(
        "columns",
        "What moves the probability of leaving, and which way?",
        explain.global_sentence(explanation),
        drawn(plots.beeswarm, explanation, output="Yes", top=11),
    )
    extras = ("OnlineSecurity", "OnlineBackup", "DeviceProtection", "TechSupport")
    offers = explain.Constraints(  # what the company could offer this customer
        immutable=[
            name for name in sample if name not in (*extras, "Contract", "PaymentMethod", "MonthlyCharges")
        ],
        values={name: ("Yes", "No") for name in extras},
        direction={"MonthlyCharges": "decrease"},
    )
    finder = explain.CounterfactualFinder(model, churn.training, offers)
    found = finder.find(sample.iloc[[at]], explain.Goal("No"), k=3)
    yield Picture(
        "counterfactuals",
        "What would change the prediction for this customer?",
        found.sentence(),
        drawn(plots.counterfactual_table, found),
    )
    judged = explain.Scored.of_model(model, churn.unseen, churn.truth)
    age = churn.unseen["SeniorCitizen"].astype(str).map({"0": "younger", "1": "senior"})
    grouped = replace(judged, frame=judged.frame.assign(Age=age.to_numpy()))
    groups = explain.group_fairness(grouped, "Age")
    yield Picture(
        "fairness",
        "Does the model treat seniors and younger customers alike?",
        groups.verdict(),
        drawn(plots.group_dots, groups),
    )
    area = explain.partial_dependence(ames.run.model, ames.training, "Gr_Liv_Area")
    yield Picture(
        "curve",
        "How does the price of a house go with its living area?",
        area.sentence(),
        tuple(figure.update_layout(height=360) for figure in drawn(plots.curve, area)),
    )
    failures = explain.find_failures(judged)
    yield Picture(
        "failures",
        "For which customers is the model furthest off?",
        failures.sentence(),
        drawn(plots.error_tree, failures),
    )


def card(picture: Picture, position: int, look: Look) -> str:
    """A picture as a piece of a page."""
    figure = picture.figures[position].update_layout(width=WIDTH - 36)
    figure.update_xaxes(title_font_size=13).update_yaxes(title_font_size=13)
    drawing = figure.to_html(full_html=False, include_plotlyjs=False, config={"staticPlot": True})
    return (
        f'<section id="{picture.name}-{look.name}" style="background:{look.page};color:{look.title}">'
        f'<h1>{escape(picture.title)}</h1><p style="color:{look.figure.text}">{escape(picture.words)}</p>'
        f"{drawing}</section>"
    )


PAGE = f"""<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; font-family: {FONT}; }}
section {{ width: {WIDTH - 36}px; padding: 18px 18px 10px; }}
h1 {{ font-size: 19px; line-height: 1.3; margin: 0 0 6px; }}
p {{ font-size: 14px; line-height: 1.45; margin: 0 0 4px; }}
</style><script>{get_plotlyjs()}</script>"""

# Else a picture ends in a line of the one below it.
WHOLE_PIXELS = """document.querySelectorAll("section").forEach(
    card => card.style.height = Math.ceil(card.getBoundingClientRect().height - 28) + "px")"""


def rendered(shown: list[Picture]) -> dict[str, bytes]:
    """PNG files by name."""
    cards = [card(picture, k, look) for picture in shown for k, look in enumerate(LOOKS)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("GLASSBENCH_CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(device_scale_factor=SCALE)
        page.set_content(PAGE + "".join(cards))
        page.evaluate(WHOLE_PIXELS)
        files = {
            f"{picture.name}-{look.name}.png": small(
                page.locator(f"#{picture.name}-{look.name}").screenshot()
            )
            for picture in shown
            for look in LOOKS
        }
        browser.close()
    return files


def small(png: bytes, colours: int = COLOURS) -> bytes:
    """The same picture with a palette, which takes a third of the bytes."""
    kept = BytesIO()
    with Image.open(BytesIO(png)) as image:
        flat = image.convert("RGB").quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        flat.save(kept, "PNG", optimize=True)
    return kept.getvalue()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--home", type=Path, help="folder that keeps the runs")
    options.add_argument("--to", type=Path, default=IMAGES, help="folder of the pictures")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = chosen.home or Path(scratch)
        shown = list(
            pictures(learned("telco_churn", "Churn", 5, home), learned("ames", "Sale_Price", 6, home))
        )
    files = rendered(shown)
    chosen.to.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (chosen.to / name).write_bytes(content)
    total = sum(map(len, files.values())) / 1000
    sys.stdout.write(f"{len(files)} pictures, {total:.0f} kB, in {chosen.to}\n")
    for picture in shown:
        sys.stdout.write(f"{picture.name}: {picture.title} {picture.words}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
