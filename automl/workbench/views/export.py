"""Export: one zip that predicts and explains without Glassbench."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from automl import jobs
from automl.store import RunFolder
from automl.workbench import actions, components, navigation, reading
from automl.workbench import format as fmt
from automl.workbench.reading import Standing

__all__ = ["show"]

# What each file of a bundle is for, in the order in which a person meets them.
_CONTENTS: Mapping[str, str] = {
    "README.md": "Start here: how to use the bundle",
    "model_card.html": "The model card, to read in a browser",
    "MODEL_CARD.md": "The model card, as Markdown",
    "report.html": "The report: scores, explanations, single predictions, limits, with figures",
    "predict.py": "Scores a CSV from the command line",
    "explain.py": "Says why a row is predicted as it is, in the columns of the table",
    "verify.py": "Re-scores the sample and checks explanations: proof that it works where you are",
    "model/": "The model, in a format that cannot run code when it is loaded",
    "schema.json": "The columns that it expects, and how they are read",
    "task.json": "What it predicts",
    "metrics.json": "Its scores, with intervals",
    "explanation.json": "What it looks at, over all rows",
    "certificate.json": "How explanations fared against brute force",
    "sample_input.csv": "A few rows to try it with",
    "sample_predictions.csv": "What it must answer to them",
    "background.csv": "Typical rows that explanations compare with",
    "reference.json": "Counts of the rows it was learned from, to tell when new rows are other ones",
    "requirements.txt": "The packages that it needs, with exact versions",
    "requirements-explain.txt": "One package more, for exact explanations of tree models",
    "runtime/": "The code that reads, checks and explains rows, the same as here",
    "manifest.json": "SHA-256 of every file and of the training data",
    "LICENSE": "Licence of the code in the bundle",
}


def show() -> None:
    """Draw the page."""
    run = navigation.current_run()
    if run is None:
        components.no_run_chosen()
        return
    now = jobs.state(run.path)
    components.run_header(run, now.status)
    rows = reading.standings(reading.trials(run), run.result)
    if not rows:
        if now.is_over:
            components.empty("Nothing to export", "This run has no model. Its page says why.")
        else:
            components.busy("No model yet", "The first one can be exported within seconds of its score.")
        with st.container(horizontal=True, horizontal_alignment="center"):
            navigation.link("run", "See the progress", run=run.id)
        return
    model = components.choose_model(run, rows)
    job = actions.latest_job(run, "export", model=model.id)
    left, right = st.columns([3, 2], gap="large")
    with left:
        _state(run, model, job)
    with right:
        _how_to_use()


def _state(run: RunFolder, model: Standing, job: jobs.JobState | None) -> None:
    if job is None or job.state in ("cancelled", "interrupted"):
        with st.container(border=True):
            components.empty(
                "One zip that runs anywhere",
                "It holds the model, its card, its scores and explanation, and a script that predicts. "
                "Before you get it, it is unpacked and tested in a process of its own.",
            )
            with st.container(horizontal=True, horizontal_alignment="center"):
                _build_button(run, model, "Build the bundle")
            st.space("small")
        return
    if not job.is_over:
        with st.container(border=True):
            components.busy(
                "Building and testing the bundle",
                "It is handed out only if it reproduces the model's predictions in a process of its own.",
            )
        st.fragment(_wait, run_every=1)(run.id, model.id)
        return
    path = Path((job.result or {}).get("path", ""))
    if job.state == "failed":
        components.problem(job.message or "The bundle could not be built.", "No bundle was handed out.")
        if job.error and job.error.get("id"):
            st.caption(f"Error {job.error['id']}; worker.log in the folder of job {job.id} has the details.")
        _build_button(run, model, "Try again")
    elif not path.is_file():
        components.problem("The bundle is no longer on the disk.", "Build it again.")
        _build_button(run, model, "Build the bundle")
    else:
        _ready(run, model, path, job.result or {})


def _build_button(run: RunFolder, model: Standing, label: str) -> None:
    if st.button(label, type="primary", icon=":material/package_2:", key="build"):
        actions.export(run, model.id)
        st.rerun()


def _wait(run_id: str, model_id: str) -> None:
    run = navigation.home().run(run_id)
    job = actions.latest_job(run, "export", model=model_id)
    if job is None or job.is_over:
        st.rerun()


def _reader(path: Path) -> Callable[[], bytes]:
    return path.read_bytes


def _ready(run: RunFolder, model: Standing, path: Path, result: Mapping[str, Any]) -> None:
    name = f"{re.sub(r'[^A-Za-z0-9._-]+', '-', run.spec['name']).strip('-') or 'bundle'}-{model.id}.zip"
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(gap=None, width="content"):
                st.markdown(f"**{components.plain(name)}**")
                st.caption(f"{fmt.size(path.stat().st_size)} · built {fmt.ago(path.stat().st_mtime)}")
            # Read from the disk when it is clicked, not on every redraw.
            st.download_button(
                "Download",
                data=_reader(path),
                file_name=name,
                mime="application/zip",
                type="primary",
                icon=":material/download:",
                on_click="ignore",
                key="download",
            )
        st.markdown(
            ":green[:material/verified:] **Self-check passed:** unpacked in a process of its own, it "
            "predicted the sample "
            "rows exactly as recorded."
        )
        if digest := result.get("sha256"):
            st.caption("SHA-256 of the zip")
            st.code(digest, language=None)
    st.subheader("What is in it", anchor=False)
    st.html(_listing(path))
    _build_again(run, model)


def _build_again(run: RunFolder, model: Standing) -> None:
    if st.button("Build it again", type="tertiary", icon=":material/refresh:", key="rebuild"):
        actions.export(run, model.id)
        st.rerun()


def _listing(path: Path) -> str:
    with zipfile.ZipFile(path) as bundle:
        sizes: dict[str, int] = {}
        for entry in bundle.infolist():
            if entry.is_dir():
                continue
            top, _, rest = entry.filename.partition("/")
            name = f"{top}/" if rest else top
            sizes[name] = sizes.get(name, 0) + entry.file_size
    order = [name for name in _CONTENTS if name in sizes] + sorted(
        name for name in sizes if name not in _CONTENTS
    )
    rows = "".join(
        f"<tr><td>{components.text(name)}</td><td>{components.text(_CONTENTS.get(name, ''))}</td>"
        f"<td>{fmt.size(sizes[name])}</td></tr>"
        for name in order
    )
    return f'<table class="gb gb-files"><tbody>{rows}</tbody></table>'


def _how_to_use() -> None:
    st.subheader("How to use it", anchor=False)
    st.markdown("On any machine with Python; Glassbench need not be installed there.")
    st.code(
        "unzip bundle.zip -d model && cd model\n"
        "python -m venv env\n"
        "env/bin/pip install -r requirements.txt\n"
        "env/bin/python verify.py\n"
        "env/bin/python predict.py new.csv -o predictions.csv\n"
        "env/bin/python explain.py new.csv --row 0",
        language="bash",
    )
    st.markdown("Where Glassbench is installed, the same from the terminal or Python:")
    st.code("automl predict bundle.zip new.csv -o predictions.csv", language="bash")
    st.code(
        'bundle = automl.load_bundle("bundle.zip")\nbundle.predict("new.csv")\nbundle.explain("new.csv")',
        language="python",
    )
    with st.expander("Is it safe to pass on?", icon=":material/shield:"):
        st.markdown(
            "The bundle contains rows of your table: the sample, the typical rows, and those that were "
            "explained; and the labels of all categories. It contains no path, user name or setting of this "
            "machine, and loading it runs no code of the model file."
        )
