"""Files of platforms, against their published descriptions; their own software runs in tests/platforms."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from automl.bundle.archive import check_name
from automl.bundle.tar import write_tar
from automl.bundle.targets import LOADER, TARGETS, Facts, Target, files_of, slug, target_files
from automl.bundle.targets._facts import example_row, facts_of
from automl.bundle.targets._readme import platforms
from automl.bundle.targets._yaml import to_yaml
from automl.errors import BundleError
from automl.monitoring import make_reference

from .conftest import Trained, facts

ODD = 'A "model": {x} \\ #1 – 100 %\n\tünï🙂'


@pytest.fixture(scope="module")
def told(small: Trained) -> Facts:
    """What targets are told of the small model."""
    reference = make_reference(
        small.frame, small.schema, small.task, small.outputs(small.frame), predicted="rows"
    )
    return facts_of(
        facts(small.task),
        schema=small.schema,
        task=small.task,
        packages={"numpy": "2.4.6", "pandas": "3.1.1", "scikit-learn": "1.9.1"},
        serving={"uvicorn": "0.30.0"},
        types=frozenset({"numpy.dtype", "sklearn.pipeline.Pipeline"}),
        background=small.frame.tail(30),
        reference=reference.to_json(),
    )


def parsed(name: str, content: bytes) -> Any:
    """What a YAML or JSON file says; None for others."""
    if name.endswith((".yaml", ".yml")) or name == "MLmodel":
        return list(yaml.safe_load_all(content))
    return json.loads(content) if name.endswith(".json") else None


@pytest.mark.parametrize("name", TARGETS)
def test_every_target(name: str, told: Facts) -> None:
    target = TARGETS[name]
    files = files_of(target, told)
    assert files
    assert files == files_of(target, told)
    for path, content in files.items():
        check_name(path)
        assert content.endswith(b"\n"), path
        parsed(path, content)
        if path.endswith(".py"):
            compile(content, path, "exec")
    assert target.about.endswith(".")
    assert all(step.text.endswith(":") for step in target.steps)


@pytest.mark.parametrize("name", TARGETS)
def test_names_that_people_give(name: str, told: Facts) -> None:
    columns = [dict(column) | {"name": f"{ODD}{i}"} for i, column in enumerate(told.columns)]
    odd = replace(
        told,
        title=ODD,
        target=ODD,
        name=slug(ODD),
        classes=(ODD, "no"),
        schema={**told.schema, "columns": columns},
        example={column["name"]: ODD for column in columns},
        reference=None,
    )
    for path, content in files_of(TARGETS[name], odd).items():
        parsed(path, content)
        if path.endswith(".py"):
            compile(content, path, "exec")


def test_no_two_write_the_same_file(told: Facts) -> None:
    files = target_files(told)
    assert len(files) == 1 + sum(len(files_of(target, told)) for target in TARGETS.values())
    assert LOADER in files
    with pytest.raises(BundleError, match="MLflow and the bundle itself both want to write 'MLmodel'"):
        target_files(told, ["MLmodel"])


def test_the_zip_holds_them(bundle_path: Path, told: Facts) -> None:
    with zipfile.ZipFile(bundle_path) as archive:
        names = set(archive.namelist())
        manifest = json.loads(archive.read("bundle.json"))
        readme = archive.read("README.md").decode()
    assert set(manifest["targets"]) == set(TARGETS)
    assert {name for listed in manifest["targets"].values() for name in listed} < names
    assert all(f"### {target.title}\n" in readme for target in TARGETS.values())
    assert "{bundle}" not in readme
    assert platforms("a.zip", "a").count("a.zip") >= 3


def test_mlflow(told: Facts, small: Trained) -> None:
    """https://mlflow.org/docs/latest/ml/model/#storage-format"""
    files = files_of(TARGETS["mlflow"], told)
    model = yaml.safe_load(files["MLmodel"])
    function = model["flavors"]["python_function"]
    assert function["env"] == {"conda": "conda.yaml", "virtualenv": "python_env.yaml"}
    assert f"{function['code']}/{function['loader_module']}.py" == LOADER
    sklearn = model["flavors"]["sklearn"]
    assert (sklearn["serialization_format"], sklearn["sklearn_version"]) == ("skops", "1.9.1")
    assert sklearn["skops_trusted_types"] == ["numpy.dtype", "sklearn.pipeline.Pipeline"]
    assert list(model["metadata"]["columns"]) == list(small.schema.names)
    outputs = json.loads(model["signature"]["outputs"])
    assert [(each["name"], each["type"]) for each in outputs] == [
        ("prediction", "string"),
        ("probability_no", "double"),
        ("probability_yes", "double"),
    ]
    assert model["utc_time_created"] == "2026-01-02 03:04:05.000000"
    assert int(model["model_uuid"], 16)
    example = model["saved_input_example_info"]
    split = json.loads(files[example["artifact_path"]])
    assert json.loads(files[example["serving_input_path"]]) == {"dataframe_split": split}
    assert dict(zip(split["columns"], split["data"][0], strict=True)) == told.example
    pins = yaml.safe_load(files["python_env.yaml"])["dependencies"]
    assert pins[:3] == list(told.requirements)
    assert pins[3].startswith("mlflow-skinny")
    assert yaml.safe_load(files["conda.yaml"])["dependencies"][-1] == {"pip": pins}


def test_mlflow_numbers(told: Facts) -> None:
    files = files_of(TARGETS["mlflow"], replace(told, classes=None, types=()))
    model = yaml.safe_load(files["MLmodel"])
    assert list(model["flavors"]) == ["python_function"]
    assert json.loads(model["signature"]["outputs"]) == [
        {"type": "double", "name": "prediction", "required": True}
    ]
    grades = files_of(TARGETS["mlflow"], replace(told, classes=(0, 1, 2)))
    assert json.loads(yaml.safe_load(grades["MLmodel"])["signature"]["outputs"])[0]["type"] == "long"


def test_sagemaker_installs_what_images_lack_and_nothing_else(told: Facts) -> None:
    files = files_of(TARGETS["sagemaker"], told)
    assert files["code/requirements.txt"] == b"scikit-learn==1.9.1\n"


def test_azure(told: Facts) -> None:
    """https://learn.microsoft.com/azure/machine-learning/reference-yaml-deployment-managed-online"""
    files = {Path(name).name: content for name, content in files_of(TARGETS["azureml"], told).items()}
    endpoint, deployment = (yaml.safe_load(files[f"{name}.yaml"]) for name in ("endpoint", "deployment"))
    assert endpoint["name"] == deployment["endpoint_name"] == "customers-friends"
    assert deployment["model"]["version"] == told.version == "20260102030405"
    assert files[deployment["code_configuration"]["scoring_script"]].startswith(b'"""Azure ML')
    assert f"python={told.python_minor}" in yaml.safe_load(files["conda.yaml"])["dependencies"]
    long = files_of(TARGETS["azureml"], replace(told, name="a" * 40))["deploy/azure/endpoint.yaml"]
    assert yaml.safe_load(long)["name"] == "a" * 32
    short = files_of(TARGETS["azureml"], replace(told, name="m"))["deploy/azure/endpoint.yaml"]
    assert 3 <= len(yaml.safe_load(short)["name"]) <= 32


def test_an_example_is_nobodys_row(told: Facts, small: Trained) -> None:
    row = told.example
    assert list(row) == list(small.schema.names)
    assert row["note"] == "some words"
    assert row["plan"] == small.schema["plan"].categories[0]
    assert not small.frame["age"].eq(row["age"]).any()
    dataset = small.schema.coerce(pd.DataFrame([row]))
    assert [each.code for each in dataset.findings] == []
    assert not dataset.frame.drop(columns="note").isna().any(axis=None)
    empty = example_row(small.frame.head(0), small.schema)
    assert small.schema["age"].minimum <= empty["age"] <= small.schema["age"].maximum


@pytest.mark.parametrize(
    ("title", "name"),
    [("Telco churn", "telco-churn"), ("7 Züge", "m-7-z-ge"), ("–", "model"), ("x" * 80, "x" * 63)],
)
def test_slugs_are_dns_labels(title: str, name: str) -> None:
    assert slug(title) == name


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, max_examples=80)
@given(values)
def test_yaml_reads_back(value: Any) -> None:
    assert yaml.safe_load(to_yaml({"value": value})) == {"value": value}


def test_yaml_documents_and_blocks() -> None:
    text = to_yaml({"run": "set -e\nmake\n"}, {"next": 1})
    assert text == "run: |\n  set -e\n  make\n---\nnext: 1\n"
    with pytest.raises(TypeError, match="set cannot be written as YAML"):
        to_yaml({"a": {1}})


def test_the_same_files_give_the_same_tar(tmp_path: Path) -> None:
    files = {"b/c.txt": b"two\n", "a.txt": b"one\n"}
    for name in ("one", "two"):
        write_tar(tmp_path / name, dict(sorted(files.items(), reverse=name == "two")))
    data = (tmp_path / "one").read_bytes()
    assert data == (tmp_path / "two").read_bytes()
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(data))) as archive:
        assert archive.getnames() == ["a.txt", "b/c.txt"]
        assert {(member.mtime, member.mode, member.uid) for member in archive} == {(0, 0o644, 0)}


def test_a_module_without_a_target_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from automl.bundle import targets

    wrong = Target("other", "Other", "It is another.", lambda _: {})
    monkeypatch.setattr("automl.bundle.targets.mlflow.TARGET", wrong)
    with pytest.raises(TypeError, match=r"targets\.mlflow must define TARGET, a Target named 'mlflow'"):
        targets._discover()
