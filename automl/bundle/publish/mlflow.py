"""A model of MLflow's registry: a run with scores and the unpacked bundle, a version of it, an alias.

By the plain calls of the tracking client alone, which servers of older versions and of Azure answer as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from automl.errors import BundleError
from automl.tracking.mlflow import client_errors, mlflow_client

from .destination import Action, Destination, Known, Option, Publication

__all__ = ["DESTINATION"]

_ARTIFACTS = "model"


def _plan(publication: Publication) -> Sequence[Action]:
    name, alias = publication.name, publication.settings["alias"]
    experiment = publication.settings["experiment"] or name
    steps = [
        _the_run(publication, experiment),
        Action(
            "Upload the unpacked bundle.",
            lambda known: {"run": known["run"], "files": len(publication.files), "to": _ARTIFACTS},
            lambda request: _upload(publication, request),
            {},
        ),
        Action(
            f"Register it as the next version of {name}.",
            lambda known: {
                "name": name,
                "source": f"{known['source']}/{_ARTIFACTS}",
                "run_id": known["run"],
                "tags": publication.labels,
                "description": f"{publication.title}: predicts {publication.manifest.get('target')}.",
            },
            lambda request: _register(publication, request),
            {"version": "<the next version>"},
        ),
    ]
    if alias:
        steps.append(
            Action(
                f"Let the alias {alias} point at that version.",
                lambda known: {"name": name, "alias": alias, "version": known["version"]},
                lambda request: _set_alias(publication, request),
                {},
            )
        )
    return steps


def _the_run(publication: Publication, experiment: str) -> Action:
    run = publication.settings["run"]
    if run:
        return Action(
            "Find the run that the model comes from.",
            lambda known: {"run": run},
            lambda request: _find_run(publication, request),
            {"run": run, "source": "<the run's artifacts>"},
        )
    return Action(
        "Make a run with the scores of the model.",
        lambda known: {
            "experiment": experiment,
            "run_name": f"{publication.run}-{publication.model}",
            "tags": publication.labels,
            "metrics": _scores(publication),
        },
        lambda request: _make_run(publication, request),
        {"run": "<the run's id>", "source": "<the run's artifacts>"},
    )


def _failures() -> tuple[type[Exception], ...]:
    return client_errors()


def _client(publication: Publication) -> Any:
    # A server that is not there is told within seconds, not minutes.
    return mlflow_client(publication.place, MLFLOW_HTTP_REQUEST_MAX_RETRIES="2")


def _make_run(publication: Publication, request: Mapping[str, Any]) -> Known:
    client = _client(publication)
    found = client.get_experiment_by_name(request["experiment"])
    number = client.create_experiment(request["experiment"]) if found is None else found.experiment_id
    run = client.create_run(number, run_name=request["run_name"], tags=dict(request["tags"]))
    for name, score in request["metrics"].items():
        client.log_metric(run.info.run_id, name, score)
    return {"run": run.info.run_id, "source": run.info.artifact_uri}


def _find_run(publication: Publication, request: Mapping[str, Any]) -> Known:
    run = _client(publication).get_run(request["run"])
    return {"run": run.info.run_id, "source": run.info.artifact_uri}


def _upload(publication: Publication, request: Mapping[str, Any]) -> Known:
    client = _client(publication)
    client.log_artifacts(request["run"], str(publication.folder), request["to"])
    if not publication.settings["run"]:  # how another one stands is for whoever made it to say
        client.set_terminated(request["run"])
    return {}


def _register(publication: Publication, request: Mapping[str, Any]) -> Known:
    from mlflow.exceptions import MlflowException

    client = _client(publication)
    try:
        client.create_registered_model(request["name"], description=request["description"])
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    version = client.create_model_version(
        request["name"],
        request["source"],
        request["run_id"],
        tags=dict(request["tags"]),
        description=request["description"],
    )
    if version.status != "READY":
        raise BundleError(f"Version {version.version} of {request['name']} is {version.status}.")
    return {"version": str(version.version), "model": f"models:/{request['name']}/{version.version}"}


def _set_alias(publication: Publication, request: Mapping[str, Any]) -> Known:
    _client(publication).set_registered_model_alias(request["name"], request["alias"], request["version"])
    return {"model": f"models:/{request['name']}@{request['alias']}"}


def _scores(publication: Publication) -> dict[str, float]:
    """The model's scores; only where it is the model that they are about."""
    told = json.loads(publication.files["metrics.json"])
    if not told.get("is_chosen", True):
        return {}
    measured = (told.get("result") or {}).get("metrics") or {}
    scores = {
        name: entry.get("score") if isinstance(entry, dict) else entry for name, entry in measured.items()
    }
    return {name: float(score) for name, score in scores.items() if isinstance(score, int | float)}


DESTINATION = Destination(
    "mlflow",
    "MLflow",
    "A version of a model in the registry of an MLflow server.",
    "URI",
    "mlflow",
    paid=False,
    options=(
        Option("name", "of the registered model; default: made of the bundle's name", ""),
        Option("alias", "that shall point at it, such as champion", ""),
        Option("experiment", "that gets the run; default: named after the model", ""),
        Option("run", "id of a run there that the model comes from; default: a new one", ""),
    ),
    plan=_plan,
    failures=_failures,
)
