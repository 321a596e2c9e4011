"""SageMaker: the bundle in S3, a version in a model package group, and if asked for an endpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from automl.bundle.tar import write_tar
from automl.errors import SettingError

from .destination import Action, Destination, Known, Option, Publication

__all__ = ["DESTINATION"]

_TYPES = ["text/csv", "application/json", "application/jsonlines"]
#: For images with AWS's toolkit; the bundle's own container needs none of it.
_ENVIRONMENT = {
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
}
_ALL_TRAFFIC = "all"


def _plan(publication: Publication) -> Sequence[Action]:
    steps = [_upload(publication), _group(publication), _package(publication)]
    if publication.is_on("deploy"):
        if not publication.settings["role"]:
            raise SettingError(
                "An endpoint needs a role.",
                fix="Add --set role=… (ARN of the role that the endpoint takes on).",
            )
        steps += [
            _approve(publication), _model(publication), _configuration(publication), _endpoint(publication)
        ]  # fmt: skip
    return steps


def _failures() -> tuple[type[Exception], ...]:
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    return Boto3Error, BotoCoreError, ClientError


def _client(publication: Publication, service: str) -> Any:
    import boto3

    return boto3.client(service, region_name=publication.settings["region"] or None)


def _upload(publication: Publication) -> Action:
    chosen = publication.settings
    prefix = chosen["prefix"].strip("/")
    key = f"{prefix}/{publication.name}/{publication.version}/model.tar.gz".lstrip("/")

    def do(request: Mapping[str, Any]) -> Known:
        path = publication.workspace / "model.tar.gz"
        write_tar(path, publication.files)
        _client(publication, "s3").upload_file(str(path), request["Bucket"], request["Key"])
        return {"data": f"s3://{request['Bucket']}/{request['Key']}"}

    return Action(
        "Upload the bundle as model.tar.gz.",
        lambda known: {"Bucket": chosen["bucket"], "Key": key},
        do,
        {"data": f"s3://{chosen['bucket']}/{key}"},
    )


def _group(publication: Publication) -> Action:
    def do(request: Mapping[str, Any]) -> Known:
        client = _client(publication, "sagemaker")
        pages = client.get_paginator("list_model_package_groups").paginate(
            NameContains=request["ModelPackageGroupName"]
        )
        names = {
            group["ModelPackageGroupName"] for page in pages for group in page["ModelPackageGroupSummaryList"]
        }
        if request["ModelPackageGroupName"] in names:
            return {"group": "was there"}
        client.create_model_package_group(**request)
        return {"group": "made"}

    return Action(
        f"Make the model package group {publication.name}, if there is none.",
        lambda known: {
            "ModelPackageGroupName": publication.name,
            "ModelPackageGroupDescription": f"{publication.title}: predicts "
            f"{publication.manifest.get('target')}.",
        },
        do,
        {},
    )


def _package(publication: Publication) -> Action:
    machine = publication.settings["machine"]

    def do(request: Mapping[str, Any]) -> Known:
        answer = _client(publication, "sagemaker").create_model_package(**request)
        return {"package": answer["ModelPackageArn"]}

    return Action(
        "Register it as a version that waits for approval.",
        lambda known: {
            "ModelPackageGroupName": publication.name,
            "ModelPackageDescription": f"Glassbench {publication.manifest.get('glassbench')}, "
            f"{publication.manifest.get('created')}",
            "InferenceSpecification": {
                "Containers": [
                    {
                        "Image": publication.settings["image"],
                        "ModelDataUrl": known["data"],
                        "Environment": dict(_ENVIRONMENT),
                    }
                ],
                "SupportedContentTypes": _TYPES,
                "SupportedResponseMIMETypes": _TYPES,
                "SupportedRealtimeInferenceInstanceTypes": [machine],
                "SupportedTransformInstanceTypes": [machine],
            },
            "ModelApprovalStatus": "PendingManualApproval",
            "CustomerMetadataProperties": publication.labels,
        },
        do,
        {"package": "<the ARN of the model package>"},
    )


def _approve(publication: Publication) -> Action:
    def do(request: Mapping[str, Any]) -> Known:
        _client(publication, "sagemaker").update_model_package(**request)
        return {}

    return Action(
        "Approve that version.",
        lambda known: {
            "ModelPackageArn": known["package"],
            "ModelApprovalStatus": "Approved",
            "ApprovalDescription": "automl publish --set deploy=yes",
        },
        do,
        {},
    )


def _model(publication: Publication) -> Action:
    def do(request: Mapping[str, Any]) -> Known:
        answer = _client(publication, "sagemaker").create_model(**request)
        return {"model": answer["ModelArn"]}

    return Action(
        "Make a model of it.",
        lambda known: {
            "ModelName": f"{publication.name}-{publication.version}",
            "PrimaryContainer": {"ModelPackageName": known["package"]},
            "ExecutionRoleArn": publication.settings["role"],
        },
        do,
        {},
    )


def _configuration(publication: Publication) -> Action:
    def do(request: Mapping[str, Any]) -> Known:
        _client(publication, "sagemaker").create_endpoint_config(**request)
        return {}

    name = f"{publication.name}-{publication.version}"
    return Action(
        "Say on which machine it runs.",
        lambda known: {
            "EndpointConfigName": name,
            "ProductionVariants": [
                {
                    "VariantName": _ALL_TRAFFIC,
                    "ModelName": name,
                    "InstanceType": publication.settings["machine"],
                    "InitialInstanceCount": 1,
                }
            ],
        },
        do,
        {},
    )


def _endpoint(publication: Publication) -> Action:
    def do(request: Mapping[str, Any]) -> Known:
        client = _client(publication, "sagemaker")
        pages = client.get_paginator("list_endpoints").paginate(NameContains=request["EndpointName"])
        names = {endpoint["EndpointName"] for page in pages for endpoint in page["Endpoints"]}
        change = client.update_endpoint if request["EndpointName"] in names else client.create_endpoint
        return {"endpoint": change(**request)["EndpointArn"]}

    return Action(
        "Start the endpoint, or let it change over. From here on it costs money, until you delete it.",
        lambda known: {
            "EndpointName": publication.settings["endpoint"] or publication.name,
            "EndpointConfigName": f"{publication.name}-{publication.version}",
        },
        do,
        {},
    )


DESTINATION = Destination(
    "sagemaker",
    "SageMaker",
    "A version in a model package group of your AWS account; with deploy=yes an endpoint.",
    "",
    "sagemaker",
    paid=True,
    options=(
        Option("bucket", "S3 bucket that takes the upload"),
        Option("image", "container image: the bundle's own, pushed to ECR, or one with AWS's toolkit"),
        Option("role", "ARN of the role that the endpoint takes on; for deploy=yes", ""),
        Option("name", "of the model package group; default: made of the bundle's name", ""),
        Option("prefix", "folder in the bucket", "glassbench"),
        Option("region", "default: that of your AWS configuration", ""),
        Option("machine", "type of instance", "ml.m5.large"),
        Option("deploy", "yes: approve it and start the endpoint", "no"),
        Option("endpoint", "its name; default: that of the model", ""),
    ),
    plan=_plan,
    failures=_failures,
)
