"""A workflow that learns a catalogue's champion anew by a policy, waits for a person, and publishes it."""

from __future__ import annotations

from typing import Any

from ._pods import header
from ._yaml import to_yaml
from .target import Facts

__all__ = ["FILE", "retraining"]

FILE = "deploy/github/retraining.yml"
_TEXT = """\
retrain → approve → publish, as a workflow of GitHub Actions.

Copy it to .github/workflows/. It needs a runner of your own that has Glassbench, the home folder and the new
rows: the champion of the catalogue, its run and the versions of its data live there. Put a policy into the
repository as models/{name}/retrain.toml: when to learn anew, and whether somebody has to approve.
Variables of the repository: GLASSBENCH_HOME, the home folder on the runner; NEW_ROWS, the file of the new
rows there; DESTINATION, as `automl publish --to` takes it. Secret: GLASSBENCH_CATALOGUE, the address of the
catalogue's database where it is not in the home. Ask for a review in the settings of the environment
"production", and a person has the last word: the approval names the run, whose page names the reviewer.
"""
_RETRAIN = """\
code=0
automl retrain "$MODEL" "$NEW_ROWS" --policy "$POLICY" --json > retraining.json || code=$?
cat retraining.json
if [ "$code" = 1 ]; then exit 1; fi
python - <<'END' >> "$GITHUB_OUTPUT"
import json
with open("retraining.json", encoding="utf-8") as stream:
    told = json.load(stream)
print("outcome", told["outcome"], sep="=")
print("challenger", " ".join(told["challenger"].split()), sep="=")
END
"""
_APPROVE = 'automl approve "$CHALLENGER" --reason "Approved in $RUN_URL"'
_PUBLISH = 'automl publish "$MODEL@champion" --to "$DESTINATION" --yes'


def retraining(facts: Facts) -> str:
    """The workflow's text."""
    return header(facts, _TEXT.format(name=facts.name)) + to_yaml(_workflow(facts))


def _workflow(facts: Facts) -> dict[str, Any]:
    # A name is text here, not an expression that GitHub would evaluate.
    model = facts.name if "${{" in facts.title else facts.title
    return {
        "name": f"Retrain {facts.name}",
        "on": {"schedule": [{"cron": "17 4 * * 1"}], "workflow_dispatch": {}},
        "permissions": {"contents": "read"},
        "concurrency": {"group": f"retrain-{facts.name}", "cancel-in-progress": False},
        "env": {
            "MODEL": model,
            "POLICY": f"models/{facts.name}/retrain.toml",
            "NEW_ROWS": "${{ vars.NEW_ROWS }}",
            "DESTINATION": "${{ vars.DESTINATION || 'folder:published' }}",
            "GLASSBENCH_HOME": "${{ vars.GLASSBENCH_HOME }}",
            "GLASSBENCH_CATALOGUE": "${{ secrets.GLASSBENCH_CATALOGUE }}",
            "GLASSBENCH_USER": "${{ github.actor }}",
        },
        "jobs": {"retrain": _retrain(), "approve": _approve(), "publish": _publish()},
    }


def _retrain() -> dict[str, Any]:
    return {
        "runs-on": ["self-hosted"],
        "timeout-minutes": 360,
        "outputs": {
            "outcome": "${{ steps.retrain.outputs.outcome }}",
            "challenger": "${{ steps.retrain.outputs.challenger }}",
        },
        "steps": [
            {"uses": "actions/checkout@v5", "with": {"persist-credentials": False}},
            {"name": "Learn anew if the policy says so", "id": "retrain", "run": _RETRAIN},
        ],
    }


def _approve() -> dict[str, Any]:
    return {
        "needs": "retrain",
        "if": "needs.retrain.outputs.outcome == 'waits'",
        "environment": "production",
        "runs-on": ["self-hosted"],
        "timeout-minutes": 30,
        "env": {
            "CHALLENGER": "${{ needs.retrain.outputs.challenger }}",
            "RUN_URL": "${{ github.server_url }}/${{ github.repository }}/actions/runs/${{ github.run_id }}",
        },
        "steps": [{"name": "Let the challenger take over", "run": _APPROVE}],
    }


def _publish() -> dict[str, Any]:
    done = "needs.retrain.outputs.outcome == 'swapped' || needs.approve.result == 'success'"
    return {
        "needs": ["retrain", "approve"],
        "if": f"always() && ({done})",
        "runs-on": ["self-hosted"],
        "timeout-minutes": 30,
        "steps": [{"name": "Publish the model in use", "run": _PUBLISH}],
    }
