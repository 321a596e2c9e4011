"""AWS's and Azure's own clients: an account that moto plays, our server as an endpoint, Azure ML's YAML."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ..serving.conftest import served
from .conftest import KINDS
from .probing import Unpacked, free_port, largest_difference, run_probe, running

pytestmark = pytest.mark.platform

ACCOUNT = {"AWS_ACCESS_KEY_ID": "made", "AWS_SECRET_ACCESS_KEY": "up", "AWS_DEFAULT_REGION": "eu-central-1"}
ROLE = "arn:aws:iam::123456789012:role/models"
IMAGE = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/churn:1"
LOOK = """
import boto3, json, sys
client, name = boto3.client("sagemaker"), sys.argv[1]
(package,) = client.list_model_packages(ModelPackageGroupName=name)["ModelPackageSummaryList"]
told = {"package": client.describe_model_package(ModelPackageName=package["ModelPackageArn"])}
told["endpoint"] = client.describe_endpoint(EndpointName=name)
told["objects"] = [each["Key"] for each in boto3.client("s3").list_objects_v2(Bucket="models")["Contents"]]
print(json.dumps(told, default=str))
"""
CHECK = """
import json, sys
from pathlib import Path
from azure.ai.ml import load_online_deployment, load_online_endpoint
folder = Path(sys.argv[1]) / "deploy" / "azure"
endpoint = load_online_endpoint(folder / "endpoint.yaml")
deployment = load_online_deployment(folder / "deployment.yaml")
deployment._to_dict()
print(json.dumps({
    "endpoint": endpoint.name, "to": deployment.endpoint_name,
    "script": deployment.code_configuration.scoring_script,
    "model": str(Path(deployment.model.path).resolve()), "type": deployment.model.type,
    "conda": deployment.environment.conda_file["dependencies"][-1]["pip"],
}))
"""


@pytest.fixture(scope="module")
def account(
    environment: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """Environment variables of an AWS account that moto plays, with a bucket."""
    port, folder = free_port(), tmp_path_factory.mktemp("account")
    address = f"http://127.0.0.1:{port}"
    variables = ACCOUNT | {"AWS_ENDPOINT_URL": address}
    python = environment("sagemaker")
    with running(
        python.parent / "moto_server",
        "-H",
        "127.0.0.1",
        "-p",
        port,
        url=f"{address}/moto-api/",
        folder=folder,
    ):
        make = (
            "import boto3; boto3.client('s3').create_bucket(Bucket='models', "
            "CreateBucketConfiguration={'LocationConstraint': 'eu-central-1'})"
        )
        subprocess.run([python, "-c", make], check=True, env=os.environ | variables)
        yield variables


def test_registered_approved_and_deployed(
    account: dict[str, str],
    environment: Callable[[str], Path],
    unpacked: Callable[[str], Unpacked],
    automl_in: Callable[..., str],
) -> None:
    found = unpacked("binary")
    words = [
        "publish", found.case.path, "--to", "sagemaker", "--set", "bucket=models", "--set", f"image={IMAGE}",
        "--set", f"role={ROLE}", "--set", "name=churn", "--set", "deploy=yes", "--json",
    ]  # fmt: skip
    shown = json.loads(automl_in("sagemaker", *words, **account))
    assert shown["done"] is False
    told = json.loads(automl_in("sagemaker", *words, "--yes", **account))
    assert told["done"] is True
    assert [step["text"] for step in told["steps"]] == [step["text"] for step in shown["steps"]]
    look = subprocess.run(
        [environment("sagemaker"), "-c", LOOK, "churn"],
        capture_output=True, text=True, check=True, env=os.environ | account,
    )  # fmt: skip
    seen = json.loads(look.stdout)
    assert seen["package"]["ModelApprovalStatus"] == "Approved"
    container = seen["package"]["InferenceSpecification"]["Containers"][0]
    assert container["Image"] == IMAGE
    assert container["ModelDataUrl"] == f"s3://models/{seen['objects'][0]}"
    assert seen["endpoint"]["EndpointStatus"] == "InService"
    # moto keeps no properties, so only that AWS's client takes them is seen here.
    properties = told["steps"][2]["request"]["CustomerMetadataProperties"]
    assert properties["glassbench_run"] == found.case.bundle.manifest["lineage"]["run"]["id"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_client_asks_our_server(
    kind: str, environment: Callable[[str], Path], unpacked: Callable[[str], Unpacked], tmp_path: Path
) -> None:
    found = unpacked(kind)
    with served(found.folder / "serve.py", "--no-log", folder=tmp_path) as server:
        answer = run_probe(
            environment("sagemaker"), "sagemaker_runtime", found.folder, found.rows, found.table,
            AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME=f"http://127.0.0.1:{server.port}", **ACCOUNT,
        )  # fmt: skip
    assert set(answer["routes"]) == {"invoke_endpoint, CSV", "invoke_endpoint, JSON"}
    for route, columns in answer["routes"].items():
        assert set(columns) == set(found.case.expected)
        assert largest_difference(columns, found.case.expected) <= 1e-9, route


def test_azure_reads_the_endpoint_and_its_deployment(
    environment: Callable[[str], Path], unpacked: Callable[[str], Unpacked]
) -> None:
    found = unpacked("binary")
    done = subprocess.run(
        [environment("azureml"), "-c", CHECK, found.folder], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["endpoint"] == told["to"] == "customers-friends"
    assert told["script"] == "score.py"
    assert (told["model"], told["type"]) == (str(found.folder.resolve()), "custom_model")
    pins = (found.folder / "requirements.txt").read_text().split()
    assert set(pins) < set(told["conda"])


def test_azure_without_an_account(
    unpacked: Callable[[str], Unpacked], environment: Callable[[str], Path], tmp_path: Path
) -> None:
    """No credential: what was asked for is told, and that nothing was done."""
    if sys.platform != "linux":
        pytest.skip("the network is closed by Linux's unshare")
    done = subprocess.run(
        [
            "unshare", "--net", *([] if os.geteuid() == 0 else ["--map-root-user"]),
            environment("azureml"), "-m", "automl", "publish", unpacked("binary").case.path,
            "--to", "azureml", "--set", "subscription=s", "--set", "group=g", "--set", "workspace=w", "--yes",
        ],
        capture_output=True, text=True, check=False, cwd=tmp_path, timeout=300,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert done.returncode == 1
    assert "Azure ML refused: Register the unpacked bundle as a model." in done.stderr
    assert "Nothing was done." in done.stderr
    assert "Traceback" not in done.stderr
