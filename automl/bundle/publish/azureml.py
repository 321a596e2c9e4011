"""Azure ML: a version of a model in a workspace, and if asked for a managed online endpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .destination import Action, Destination, Known, Option, Publication

__all__ = ["DESTINATION"]

_FOLDER = Path("deploy") / "azure"
_DEPLOYMENT = "blue"


def _plan(publication: Publication) -> Sequence[Action]:
    steps = [
        Action(
            "Register the unpacked bundle as a model.",
            lambda known: {
                "name": publication.name,
                "version": publication.version,
                "type": "custom_model",
                "description": f"{publication.title}: predicts {publication.manifest.get('target')}.",
                "tags": publication.labels,
            },
            lambda request: _register(publication, request),
            {"model": f"azureml:{publication.name}:{publication.version}"},
        )
    ]
    if not publication.is_on("deploy"):
        return steps
    endpoint = publication.settings["endpoint"]
    override = {"name": endpoint} if endpoint else {}
    steps += [
        Action(
            "Make the endpoint of deploy/azure/endpoint.yaml, or bring it up to date.",
            lambda known: {"source": str(_FOLDER / "endpoint.yaml"), "changes": override},
            lambda request: _endpoint(publication, request),
            {"endpoint": endpoint or "<the name in endpoint.yaml>"},
        ),
        Action(
            "Deploy the model to it. From here on it costs money, until you delete it.",
            lambda known: {
                "source": str(_FOLDER / "deployment.yaml"),
                "changes": {
                    "endpoint_name": known["endpoint"],
                    "model": known["model"],
                    "instance_type": publication.settings["machine"],
                },
            },
            lambda request: _deploy(publication, request),
            {},
        ),
        Action(
            "Send all traffic to this deployment.",
            lambda known: {"endpoint": known["endpoint"], "traffic": {_DEPLOYMENT: 100}},
            lambda request: _route(publication, request),
            {},
        ),
    ]
    return steps


def _failures() -> tuple[type[Exception], ...]:
    from azure.core.exceptions import AzureError

    return (AzureError,)


def _client(publication: Publication) -> Any:
    from azure.ai.ml import MLClient
    from azure.identity import DefaultAzureCredential

    chosen = publication.settings
    return MLClient(
        DefaultAzureCredential(),
        subscription_id=chosen["subscription"],
        resource_group_name=chosen["group"],
        workspace_name=chosen["workspace"],
    )


def _register(publication: Publication, request: Mapping[str, Any]) -> Known:
    from azure.ai.ml.entities import Model

    made = _client(publication).models.create_or_update(Model(path=str(publication.folder), **request))
    return {"model": f"azureml:{made.name}:{made.version}"}


def _endpoint(publication: Publication, request: Mapping[str, Any]) -> Known:
    from azure.ai.ml import load_online_endpoint

    endpoint = load_online_endpoint(publication.folder / request["source"])
    for name, value in request["changes"].items():
        setattr(endpoint, name, value)
    made = _client(publication).online_endpoints.begin_create_or_update(endpoint).result()
    return {"endpoint": made.name, "address": str(made.scoring_uri)}


def _deploy(publication: Publication, request: Mapping[str, Any]) -> Known:
    from azure.ai.ml import load_online_deployment

    deployment = load_online_deployment(publication.folder / request["source"])
    for name, value in request["changes"].items():
        setattr(deployment, name, value)
    _client(publication).online_deployments.begin_create_or_update(deployment).result()
    return {}


def _route(publication: Publication, request: Mapping[str, Any]) -> Known:
    client = _client(publication)
    endpoint = client.online_endpoints.get(request["endpoint"])
    endpoint.traffic = dict(request["traffic"])
    client.online_endpoints.begin_create_or_update(endpoint).result()
    return {}


DESTINATION = Destination(
    "azureml",
    "Azure ML",
    "A version of a model in your workspace; with deploy=yes a managed online endpoint.",
    "",
    "azureml",
    paid=True,
    options=(
        Option("subscription", "id of the subscription"),
        Option("group", "resource group"),
        Option("workspace", "name of the workspace"),
        Option("name", "of the model; default: made of the bundle's name", ""),
        Option("machine", "type of instance", "Standard_DS3_v2"),
        Option("deploy", "yes: start the endpoint", "no"),
        Option("endpoint", "its name; default: that in deploy/azure/endpoint.yaml", ""),
    ),
    plan=_plan,
    failures=_failures,
)
