"""Publishing: what is written to folders, what would be asked of clouds, what is refused beforehand."""

from __future__ import annotations

import json
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml

from automl import extras
from automl.bundle.publish import DESTINATIONS, Destination, Done, _discover, find, publish
from automl.cli import main
from automl.errors import BundleError, MissingExtraError, SettingError

SAGEMAKER = {"bucket": "models", "image": "IMAGE"}
AZURE = {"subscription": "s", "group": "g", "workspace": "w"}


def files_in(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder(bundle_path: Path, tmp_path: Path) -> None:
    (done,) = publish(bundle_path, f"folder:{tmp_path / 'out'}", really=True)
    assert done.result == {"folder": str(tmp_path / "out")}
    with zipfile.ZipFile(bundle_path) as archive:
        assert files_in(tmp_path / "out") == {name: archive.read(name) for name in archive.namelist()}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    with pytest.raises(SettingError, match="is there already"):
        publish(bundle_path, f"folder:{tmp_path / 'out'}", really=True)
    with pytest.raises(SettingError, match="There is no folder"):
        publish(bundle_path, f"folder:{tmp_path / 'none' / 'out'}", really=True)


def test_an_archive(bundle_path: Path, tmp_path: Path) -> None:
    publish(bundle_path, f"tar:{tmp_path / 'model.tar.gz'}", really=True)
    with tarfile.open(tmp_path / "model.tar.gz") as archive:
        archive.extractall(tmp_path / "out", filter="data")
    with zipfile.ZipFile(bundle_path) as archive:
        assert files_in(tmp_path / "out") == {name: archive.read(name) for name in archive.namelist()}
    with pytest.raises(SettingError, match="is there already"):
        publish(bundle_path, f"tar:{tmp_path / 'model.tar.gz'}", really=True)


def test_manifests(bundle_path: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle_path) as archive:
        targets = json.loads(archive.read("bundle.json"))["targets"]
    if "kserve" not in targets:
        with pytest.raises(BundleError, match="holds no manifests for KServe"):
            publish(bundle_path, f"kserve:{tmp_path / 'out'}", really=True)
        return
    publish(bundle_path, f"kserve:{tmp_path / 'out'}", really=True)
    found = files_in(tmp_path / "out")
    assert "kserve.yaml" in found
    assert any(each["kind"] == "InferenceService" for each in yaml.safe_load_all(found["kserve.yaml"]))


def test_nothing_is_done_unless_asked_for(bundle_path: Path, tmp_path: Path) -> None:
    for to, settings in (
        ("sagemaker", SAGEMAKER),
        ("azureml", AZURE),
        ("mlflow:http://127.0.0.1:9", {}),
        (f"folder:{tmp_path / 'out'}", {}),
        (f"tar:{tmp_path / 'out.tar.gz'}", {}),
    ):
        seen: list[Done] = []
        done = publish(bundle_path, to, settings, really=False, told=seen.append)
        assert done == seen
        assert done
        assert all(step.result is None and step.text.endswith(".") for step in done)
    assert not list(tmp_path.iterdir())


def test_what_sagemaker_would_be_asked(bundle_path: Path) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html"""
    registered = publish(bundle_path, "sagemaker", SAGEMAKER, really=False)
    assert len(registered) == 3
    package = registered[-1].request
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    container = package["InferenceSpecification"]["Containers"][0]
    assert container["ModelDataUrl"] == (
        "s3://models/glassbench/customers-friends/20260102030405/model.tar.gz"
    )
    assert container["Environment"]["SAGEMAKER_PROGRAM"] == "inference.py"
    with pytest.raises(SettingError, match="An endpoint needs a role"):
        publish(bundle_path, "sagemaker", SAGEMAKER | {"deploy": "yes"}, really=False)
    with pytest.raises(SettingError, match="deploy is 'maybe'"):
        publish(bundle_path, "sagemaker", SAGEMAKER | {"deploy": "maybe"}, really=False)
    wanted = SAGEMAKER | {"deploy": "yes", "role": "ROLE", "name": "churn", "endpoint": "live"}
    deployed = publish(bundle_path, "sagemaker", wanted, really=False)
    assert len(deployed) == 7
    assert deployed[-1].request == {"EndpointName": "live", "EndpointConfigName": "churn-20260102030405"}
    assert "costs money" in deployed[-1].text


def test_what_azure_would_be_asked(bundle_path: Path) -> None:
    (model,) = publish(bundle_path, "azureml", AZURE, really=False)
    assert (model.request["name"], model.request["version"]) == ("customers-friends", "20260102030405")
    assert model.request["tags"]["glassbench_run"] == "customers-1"
    deployed = publish(bundle_path, "azureml", AZURE | {"deploy": "yes", "endpoint": "live"}, really=False)
    assert [step.request.get("source") for step in deployed] == [
        None,
        "deploy/azure/endpoint.yaml",
        "deploy/azure/deployment.yaml",
        None,
    ]
    assert deployed[2].request["changes"]["model"] == "azureml:customers-friends:20260102030405"


def test_what_mlflow_would_be_asked(bundle_path: Path) -> None:
    done = publish(bundle_path, "mlflow:http://127.0.0.1:9", {"alias": "champion"}, really=False)
    assert done[0].request["metrics"] == {"roc_auc": 0.75}
    assert done[-1].request == {
        "name": "customers-friends",
        "alias": "champion",
        "version": "<the next version>",
    }
    assert len(publish(bundle_path, "mlflow:http://127.0.0.1:9", really=False)) == 3


@pytest.mark.parametrize(
    ("to", "settings", "message", "fix"),
    [
        ("nowhere", {}, "There is no destination 'nowhere'", "mlflow:URI"),
        ("mlflow", {}, "'mlflow' is no complete destination", "Write mlflow:URI"),
        ("sagemaker:x", {}, "is no complete destination", "Write sagemaker"),
        ("folder:x", {"a": "1"}, "A folder has no setting 'a'", "It has none"),
        ("sagemaker", {"region": "x"}, "SageMaker needs bucket, image", "--set bucket="),
        ("azureml", AZURE | {"bucket": "b"}, "Azure ML has no setting 'bucket'", "workspace"),
    ],
)
def test_what_makes_no_sense(
    bundle_path: Path, to: str, settings: dict[str, str], message: str, fix: str
) -> None:
    with pytest.raises(SettingError, match=message) as caught:
        publish(bundle_path, to, settings, really=True)
    assert fix in caught.value.fix


@pytest.mark.parametrize(
    ("to", "settings", "extra"),
    [
        ("mlflow:http://127.0.0.1:9", {}, "mlflow"),
        ("sagemaker", SAGEMAKER, "sagemaker"),
        ("azureml", AZURE, "azureml"),
    ],
)
def test_a_missing_package_is_named(
    bundle_path: Path, to: str, settings: dict[str, str], extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(extras.PACKAGES, extra, "a_package_that_is_not_there.inside")
    with pytest.raises(MissingExtraError, match="Publishing to ") as caught:
        publish(bundle_path, to, settings, really=True)
    assert f"glassbench[{extra}]" in caught.value.fix


def test_an_altered_bundle_goes_nowhere(unpacked: Path, tmp_path: Path) -> None:
    (unpacked / "MLmodel").write_text("flavors: {}\n")
    with pytest.raises(BundleError, match="'MLmodel' is not the file that was exported"):
        publish(unpacked, f"folder:{tmp_path / 'out'}", really=True)


def test_every_destination_is_complete() -> None:
    for name, destination in DESTINATIONS.items():
        assert find(destination.form)[0] is destination
        assert name in ("folder", "kserve", "tar") or destination.extra in extras.PACKAGES
        assert destination.about.endswith(".")
        names = [option.name for option in destination.options]
        assert len(set(names)) == len(names)


def test_a_module_without_a_destination_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Destination("x", "X", "It.", "", None, paid=False, options=(), plan=lambda _: [])
    monkeypatch.setattr("automl.bundle.publish.folder.DESTINATION", wrong)
    with pytest.raises(TypeError, match=r"publish\.folder must define DESTINATION"):
        _discover()


def test_on_the_terminal(bundle_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["publish", str(bundle_path), "--to"]
    assert main([*words, "sagemaker", "--set", "bucket=models", "--set", "image=IMAGE"]) == 0
    out = capsys.readouterr().out
    assert "· Upload the bundle as model.tar.gz." in out
    assert out.endswith("Nothing was done. Add --yes to do it.\n")
    assert main([*words, f"folder:{tmp_path / 'out'}", "--dry-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["done"], told["steps"][0]["result"]) == (False, None)
    assert main([*words, f"folder:{tmp_path / 'out'}"]) == 0
    assert "✓ Unpack the bundle." in capsys.readouterr().out
    assert (tmp_path / "out" / "bundle.json").is_file()
    assert main([*words, "nowhere"]) == 1
    assert main([*words, "sagemaker", "--set", "bucket"]) == 2
    assert "expected NAME=VALUE" in capsys.readouterr().err
    assert main(["publish", "--help"]) == 0
    shown = capsys.readouterr().out
    assert all(destination.form in shown for destination in DESTINATIONS.values())
