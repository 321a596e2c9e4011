"""Azure ML: a scoring script, an environment, and an endpoint with a deployment, in ``deploy/azure``.

https://learn.microsoft.com/azure/machine-learning/reference-yaml-deployment-managed-online
"""

from __future__ import annotations

from importlib.resources import files as resources

from ._yaml import to_yaml
from .target import Facts, Step, Target

__all__ = ["TARGET"]

FOLDER = "deploy/azure"
_SCHEMAS = "https://azuremlschemas.azureedge.net/latest"
_IMAGE = "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:latest"
_MACHINE = "Standard_DS3_v2"
#: An endpoint's name: 3 to 32 characters, unique in its region.
_LONGEST, _SHORTEST = 32, 3


def _files(facts: Facts) -> dict[str, str | bytes]:
    script = resources("automl.bundle.targets.scripts").joinpath("score.py")
    endpoint = facts.name[:_LONGEST].rstrip("-")
    if len(endpoint) < _SHORTEST:
        endpoint = f"{endpoint}-model"
    return {
        f"{FOLDER}/score.py": script.read_bytes(),
        f"{FOLDER}/conda.yaml": to_yaml(
            {
                "name": facts.name,
                "channels": ["conda-forge"],
                "dependencies": [
                    f"python={facts.python_minor}",
                    "pip",
                    {"pip": [*facts.requirements, "azureml-inference-server-http>=1.4"]},
                ],
            }
        ),
        f"{FOLDER}/endpoint.yaml": to_yaml(
            {
                "$schema": f"{_SCHEMAS}/managedOnlineEndpoint.schema.json",
                "name": endpoint,
                "description": f"{facts.title}: predicts {facts.target}.",
                "auth_mode": "key",
            }
        ),
        f"{FOLDER}/deployment.yaml": to_yaml(
            {
                "$schema": f"{_SCHEMAS}/managedOnlineDeployment.schema.json",
                "name": "blue",
                "endpoint_name": endpoint,
                "model": {
                    "name": facts.name,
                    "version": facts.version,
                    "path": "../..",
                    "type": "custom_model",
                },
                "code_configuration": {"code": ".", "scoring_script": "score.py"},
                "environment": {"image": _IMAGE, "conda_file": "conda.yaml"},
                "instance_type": _MACHINE,
                "instance_count": 1,
                "tags": {"glassbench_run": facts.run, "glassbench_model": facts.trial},
            }
        ),
    }


TARGET = Target(
    "azureml",
    "Azure ML",
    "deploy/azure holds a scoring script and the files of a managed online endpoint.",
    _files,
    (
        Step(
            "Try it on this machine with the server that Azure ML uses:",
            "unzip {bundle} -d model\npip install azureml-inference-server-http -r model/requirements.txt\n"
            "azmlinfsrv --entry_script model/deploy/azure/score.py --port 5001",
        ),
        Step(
            "What would be done in your workspace, step by step; with --yes it is done:",
            "automl publish {bundle} --to azureml --set subscription=ID --set group=GROUP \\\n"
            "    --set workspace=WORKSPACE",
        ),
        Step(
            "Or with Azure's own command, in the folder of the unpacked zip:",
            "az ml online-endpoint create -f deploy/azure/endpoint.yaml\n"
            "az ml online-deployment create -f deploy/azure/deployment.yaml --all-traffic",
        ),
    ),
    proven=(
        "Tests run it in Azure ML's inference server 1.5: the same predictions within 1e-9; and "
        "Azure's own client reads the endpoint and its deployment. No test runs in a real workspace."
    ),
)
