"""GitHub Actions: a workflow that tests a new bundle, blesses it against the one in use, and pushes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ._pods import header
from ._retraining import FILE, retraining
from ._yaml import to_yaml
from .target import Facts, Step, Target

__all__ = ["TARGET"]

_FILE = "deploy/github/workflow.yml"
_TEXT = """\
test → bless → push, as a workflow of GitHub Actions.

Copy it to .github/workflows/, and put into the repository (large files with Git LFS)
    models/{name}/challenger.zip   the bundle that is to be tried
    models/{name}/champion.zip     the one in use; without it the variable THRESHOLD alone decides
    models/{name}/rows.csv         labelled rows that neither has learned from
Variables of the repository: DESTINATION, as `automl publish --to` takes it; GLASSBENCH, what pip installs
(default: {glassbench}); THRESHOLD, a score to reach. Ask for a review in the settings of the environment
"production", and a person has the last word.
"""

_CHECKOUT = {"uses": "actions/checkout@v5", "with": {"lfs": True, "persist-credentials": False}}
_BLESS = """\
set -- "$CHALLENGER" "$ROWS" --out blessing
if [ -f "$CHAMPION" ]; then set -- "$@" --champion "$CHAMPION"; fi
if [ -n "$THRESHOLD" ]; then set -- "$@" --threshold "$THRESHOLD"; fi
automl bless "$@"
"""
_SERVE = """\
python bundle/serve.py --port "$PORT" --no-log & server=$!
curl --silent --show-error --fail --retry 60 --retry-delay 1 --retry-connrefused \\
  --header 'Content-Type: text/csv' --data-binary @bundle/sample_input.csv \\
  "http://127.0.0.1:$PORT/predict" > answer.json
kill "$server" && wait "$server"
"""


def _files(facts: Facts) -> Mapping[str, str]:
    text = _TEXT.format(name=facts.name, glassbench=_glassbench(facts))
    return {_FILE: header(facts, text) + to_yaml(_workflow(facts)), FILE: retraining(facts)}


def _glassbench(facts: Facts) -> str:
    known = facts.glassbench[:1].isdigit()
    return f"glassbench=={facts.glassbench}" if known else "glassbench"


def _workflow(facts: Facts) -> dict[str, Any]:
    folder = f"models/{facts.name}"
    return {
        "name": f"Model {facts.name}",
        "on": {
            "push": {"paths": [f"{folder}/challenger.zip"]},
            "workflow_dispatch": {},
        },
        "permissions": {"contents": "read"},
        "concurrency": {"group": f"model-{facts.name}", "cancel-in-progress": False},
        "env": {
            "CHALLENGER": f"{folder}/challenger.zip",
            "CHAMPION": f"{folder}/champion.zip",
            "ROWS": f"{folder}/rows.csv",
            "DESTINATION": "${{ vars.DESTINATION || 'folder:published' }}",
            "GLASSBENCH": f"${{{{ vars.GLASSBENCH || '{_glassbench(facts)}' }}}}",
            "THRESHOLD": "${{ vars.THRESHOLD }}",
            "PORT": str(facts.port),
        },
        "jobs": {"test": _test(facts), "bless": _bless(facts), "push": _push(facts)},
    }


def _test(facts: Facts) -> dict[str, Any]:
    """With what the bundle itself brings, without Glassbench."""
    steps = [
        _run("Unpack", 'python -m zipfile -e "$CHALLENGER" bundle'),
        _run(
            "Install what the bundle needs",
            "python -m pip install -r bundle/requirements-serve.txt",
        ),
        _run("Files, predictions and explanations as exported", "python bundle/verify.py"),
        _run(
            "Predict the sample",
            "python bundle/predict.py bundle/sample_input.csv -o predictions.csv",
        ),
        _run("Serve it, and ask once", _SERVE),
    ]
    return _job(facts, [_CHECKOUT, _python(facts), *steps])


def _bless(facts: Facts) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [
        _run("Install Glassbench", 'python -m pip install "$GLASSBENCH"'),
        _run("Compare with the model in use", _BLESS),
        {
            "name": "Keep the verdict",
            "if": "always()",
            "uses": "actions/upload-artifact@v4",
            "with": {"name": "blessing", "path": "blessing"},
        },
    ]
    return _job(facts, [_CHECKOUT, _python(facts), *steps], after="test")


def _push(facts: Facts) -> dict[str, Any]:
    steps = [
        _run("Install Glassbench", 'python -m pip install "$GLASSBENCH"'),
        _run("Publish", 'automl publish "$CHALLENGER" --to "$DESTINATION" --yes'),
    ]
    job = _job(facts, [_CHECKOUT, _python(facts), *steps], after="bless")
    return {"environment": "production", **job}


def _job(facts: Facts, steps: Sequence[Mapping[str, Any]], *, after: str | None = None) -> dict[str, Any]:
    needs = {} if after is None else {"needs": after}
    return {**needs, "runs-on": "ubuntu-latest", "timeout-minutes": 30, "steps": steps}


def _python(facts: Facts) -> dict[str, Any]:
    return {"uses": "actions/setup-python@v6", "with": {"python-version": facts.python_minor}}


def _run(name: str, command: str) -> dict[str, str]:
    return {"name": name, "run": command}


TARGET = Target(
    name="github",
    title="GitHub Actions",
    about="A workflow that tests a bundle, compares it with the one in use, and publishes it; and one that "
    "learns the model in use anew.",
    files=_files,
    steps=(
        Step(
            "Copy the workflow into your repository; its first lines say what else it wants there:",
            "mkdir -p .github/workflows\ncp {name}/deploy/github/workflow.yml .github/workflows/{name}.yml",
        ),
        Step(
            "To learn the model in use anew by a policy, on a runner of your own, copy the other one, too:",
            "cp {name}/deploy/github/retraining.yml .github/workflows/{name}-retraining.yml",
        ),
    ),
)
