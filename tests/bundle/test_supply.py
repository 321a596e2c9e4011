"""The bill of materials and the licences: valid, complete, without addresses, the same every time."""

from __future__ import annotations

import json
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from automl.bundle.licences import Licence, _known, licence_of
from automl.bundle.packages import needed
from automl.bundle.supply import supply_files

FACTS = {"name": "m", "version": "0.1.0", "created": "2026-01-02T03:04:05+00:00"}


@pytest.fixture(scope="module")
def files(bundle_path: Path) -> dict[str, bytes]:
    """Files of a real bundle."""
    with zipfile.ZipFile(bundle_path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def bill(files: dict[str, bytes]) -> dict[str, Any]:
    """Its bill of materials."""
    return json.loads(files["sbom.cdx.json"])


def test_it_is_valid(files: dict[str, bytes]) -> None:
    text = files["sbom.cdx.json"].decode()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text.replace("library", "libary")) is not None


def test_it_is_complete(bill: dict[str, Any], files: dict[str, bytes]) -> None:
    components = {each["name"]: each for each in bill["components"]}
    pinned = [
        line.partition("==")
        for name in files
        if name.startswith("requirements")
        for line in files[name].decode().splitlines()
        if "==" in line
    ]
    assert len(pinned) >= 8
    for name, _, version in pinned:
        assert components[name]["version"] == version
    assert {"threadpoolctl", "python-dateutil", "narwhals"} <= set(components), "what these need as well"
    assert not {"pytest", "streamlit", "optuna", "pyarrow"} & set(components)
    assert components["scikit-learn"]["scope"] == "required"
    assert components["click"]["scope"] == "optional", "only the server needs it"
    refs = {each["bom-ref"] for each in bill["components"]} | {"model"}
    edges = {each["ref"]: each["dependsOn"] for each in bill["dependencies"]}
    assert set(edges) == refs
    assert all(set(needs) <= refs for needs in edges.values())
    numpy = components["numpy"]["bom-ref"]
    assert numpy in edges[components["scikit-learn"]["bom-ref"]]
    assert (
        bill["metadata"]["component"]["hashes"][0]["content"]
        == json.loads(files["bundle.json"])["files"]["model/model.skops"]["sha256"]
    )


def test_it_says_what_and_not_where(files: dict[str, bytes], bill: dict[str, Any]) -> None:
    text = files["sbom.cdx.json"].decode()
    purls = [each["purl"] for each in bill["components"] if "purl" in each]
    assert all(purl.startswith("pkg:pypi/") and "?" not in purl for purl in purls)
    assert text.count("://") == 1, "its own schema is the only address"
    assert str(Path.home()) not in text


def test_licences(bill: dict[str, Any], files: dict[str, bytes]) -> None:
    told = {each["name"]: each.get("licenses") for each in bill["components"]}
    assert all(told.values()), [name for name, licences in told.items() if not licences]
    assert told["scikit-learn"] == [{"expression": "BSD-3-Clause"}]
    assert told["skops"] == [{"license": {"id": "MIT"}}], "declared nowhere but in its text"
    assert told["scipy"] == [{"license": {"id": "BSD-3-Clause"}}]
    page = files["licenses.md"].decode()
    rows = [line for line in page.splitlines() if line.startswith("| ") and "licence" not in line]
    assert len(rows) == len(bill["components"]) - 1
    assert "| scikit-learn | " in page
    assert "| MIT * |" in page


def test_the_same_every_time_and_another_for_another_model(files: dict[str, bytes]) -> None:
    again = supply_files(files, **FACTS)
    assert again == supply_files(files, **FACTS)
    other = supply_files(files | {"model/model.skops": b"other"}, **FACTS)
    number = "serialNumber"
    assert json.loads(again["sbom.cdx.json"])[number] != json.loads(other["sbom.cdx.json"])[number]


def test_packages_that_are_not_installed_here() -> None:
    found = needed({"requirements.txt": b"numpy==0.0.1\nno-such-package==1.0\n# numpy\n"})
    assert [(each.name, each.version, each.licence, each.needs) for each in found] == [
        ("no-such-package", "1.0", None, ()),
        ("numpy", "0.0.1", None, ()),
    ]
    told = supply_files({"requirements.txt": b"numpy==0.0.1\n", "model/model.skops": b""}, **FACTS)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(told["sbom.cdx.json"].decode()) is None
    assert "another version is installed" in told["licenses.md"].decode()


class Made(metadata.Distribution):
    """A package with chosen metadata."""

    def __init__(self, text: str) -> None:
        self.text = text

    def read_text(self, filename: str) -> str | None:
        return self.text if filename == "METADATA" else None

    def locate_file(self, path: Any) -> Path:
        return Path(path)


@pytest.mark.parametrize(
    ("lines", "licence"),
    [
        ("License-Expression: MIT OR Apache-2.0", Licence("expression", "MIT OR Apache-2.0")),
        ("License: MIT License", Licence("id", "MIT")),
        ("License: BSD", Licence("name", "BSD")),
        ("License: Apache License, Version 2.0", Licence("id", "Apache-2.0")),
        ("Classifier: License :: OSI Approved :: MIT License", Licence("id", "MIT")),
        ("Classifier: License :: OSI Approved :: BSD License", Licence("name", "BSD License")),
        ("Classifier: License :: OSI Approved", Licence("unknown", "", "")),
        ("Summary: nothing", Licence("unknown", "", "")),
    ],
)
def test_what_packages_declare(lines: str, licence: Licence) -> None:
    assert licence_of(Made(f"Metadata-Version: 2.1\nName: x\nVersion: 1\n{lines}\n")) == licence


def test_texts_of_licences() -> None:
    assert (
        _known("Permission is hereby granted, free of\n charge, to any person ... without restriction")
        == "MIT"
    )
    assert _known("All rights reserved.") is None
