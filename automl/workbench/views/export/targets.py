"""Where a bundle runs, and how; one entry a place, so that another place is another entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

__all__ = ["TARGETS", "Snippet", "Target", "how_to_use", "safe_to_pass_on"]


@dataclass(frozen=True)
class Snippet:
    """Something to copy."""

    text: str
    code: str
    language: str


@dataclass(frozen=True)
class Target:
    """A place where bundles run.

    Attributes
    ----------
    name : str
    text : str
        What it takes there, in a sentence.
    snippets : callable
        From the name of the zip to what there is to copy.
    """

    name: str
    text: str
    snippets: Callable[[str], tuple[Snippet, ...]]


def _command_line(bundle: str) -> tuple[Snippet, ...]:
    return (
        Snippet(
            "Unpack it, and prove that it works there:",
            f"unzip {bundle} -d model && cd model\n"
            "python -m venv env\n"
            "env/bin/pip install -r requirements.txt\n"
            "env/bin/python verify.py",
            "bash",
        ),
        Snippet(
            "Predict a table, and say why a row is predicted as it is:",
            "env/bin/python predict.py new.csv -o predictions.csv\nenv/bin/python explain.py new.csv --row 1",
            "bash",
        ),
        Snippet(
            "Where Glassbench is installed, without unpacking:",
            f"automl predict {bundle} new.csv -o predictions.csv",
            "bash",
        ),
    )


def _python(bundle: str) -> tuple[Snippet, ...]:
    return (
        Snippet(
            "Where Glassbench is installed:",
            "import automl\n\n"
            f'bundle = automl.load_bundle("{bundle}")\n'
            'bundle.predict("new.csv")\nbundle.explain("new.csv")',
            "python",
        ),
        Snippet(
            "The model itself is an ordinary scikit-learn pipeline:",
            "bundle.model.predict_proba(frame)  # or predict(frame), of a number",
            "python",
        ),
    )


def _server(bundle: str) -> tuple[Snippet, ...]:
    return (
        Snippet(
            "Where the zip was unpacked, in the same environment:",
            "env/bin/pip install -r requirements-serve.txt\nenv/bin/python serve.py --port 8080",
            "bash",
        ),
        Snippet("Where Glassbench is installed:", f"automl serve {bundle} --port 8080", "bash"),
        Snippet(
            "Ask it; its page at http://127.0.0.1:8080/docs says what else there is:",
            "curl --data-binary @sample_input.csv -H 'Content-Type: text/csv' http://127.0.0.1:8080/predict",
            "bash",
        ),
    )


TARGETS = (
    Target(
        "Command line",
        "On any machine with Python; Glassbench need not be installed there.",
        _command_line,
    ),
    Target("Server", "Over HTTP, also as KServe, SageMaker, MLflow and Azure ML ask.", _server),
    Target("Python", "In a notebook or a service of your own.", _python),
)
"""In the order of the tabs."""


def how_to_use(bundle: str) -> None:
    """Tabs with what to copy, by place.

    Parameters
    ----------
    bundle : str
        Name of the zip.
    """
    st.subheader("How to use it", anchor=False)
    for tab, target in zip(st.tabs([target.name for target in TARGETS]), TARGETS, strict=True):
        with tab:
            st.markdown(target.text)
            for snippet in target.snippets(bundle):
                st.caption(snippet.text)
                st.code(snippet.code, language=snippet.language, wrap_lines=True)


def safe_to_pass_on() -> None:
    """What is in a bundle, for whoever has to decide about that."""
    with st.expander("Is it safe to pass on?", icon=":material/shield:"):
        st.markdown(
            "The bundle contains rows of your table: the sample, the typical rows, and those that were "
            "explained; and the labels of all categories. It contains no path, user name or setting of this "
            "machine, and loading it runs no code of the model file. What was written as the reason of a "
            "decision, and by whom, stands on its card."
        )
