"""What a bundle is made of, for those who have to answer for it: a bill of materials, and the licences."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from .archive import sha256
from .packages import Package, needed

__all__ = ["LICENCES", "SBOM", "supply_files"]

SBOM = "sbom.cdx.json"
LICENCES = "licenses.md"
_MODEL = "model/model.skops"
_RUNTIME = "glassbench-runtime"
_LICENCE = "Apache-2.0"  # of what Glassbench brings along


def supply_files(files: Mapping[str, bytes], *, name: str, version: str, created: str) -> dict[str, bytes]:
    """The bill of materials and the list of licences of a bundle.

    Parameters
    ----------
    files : mapping of name to bytes
        With the model, the requirements, and what of Glassbench comes along.
    name : str
        What people call the model.
    version : str
        Of Glassbench.
    created : str
        When the model was made, ISO 8601.

    Returns
    -------
    dict of name to bytes
        The same for the same files, on a machine with the same packages.
    """
    packages = needed(files)
    bill = _bill(files, packages, name, version, created)
    return {
        SBOM: (json.dumps(bill, indent=1, ensure_ascii=False) + "\n").encode("utf-8"),
        LICENCES: _licences(packages, version).encode("utf-8"),
    }


def _bill(
    files: Mapping[str, bytes], packages: list[Package], name: str, version: str, created: str
) -> dict[str, Any]:
    """The bill of materials as CycloneDX 1.6 has it (ECMA-424)."""
    model, purls = sha256(files[_MODEL]), {package.key: package.purl for package in packages}
    runtime = {
        "type": "library",
        "bom-ref": _RUNTIME,
        "name": _RUNTIME,
        "version": version,
        "description": "The programs and runtime/ of the bundle.",
        "licenses": [{"license": {"id": _LICENCE}}],
    }
    wanted = sorted(package.purl for package in packages)
    content = json.dumps([model, wanted, version, created])
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        # By its content, not by chance: the same bundle has the same number.
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, content).urn,
        "version": 1,
        "metadata": {
            "timestamp": created,
            "tools": {"components": [{"type": "application", "name": "glassbench", "version": version}]},
            "component": {
                "type": "machine-learning-model",
                "bom-ref": "model",
                "name": name,
                "hashes": [{"alg": "SHA-256", "content": model}],
            },
        },
        "components": [runtime, *(_component(package) for package in packages)],
        "dependencies": [
            {"ref": "model", "dependsOn": sorted(p.purl for p in packages if p.required)},
            {"ref": _RUNTIME, "dependsOn": wanted},
            *(
                {"ref": package.purl, "dependsOn": sorted(purls[key] for key in package.needs)}
                for package in packages
            ),
        ],
    }


def _component(package: Package) -> dict[str, Any]:
    component = {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.key,
        "version": package.version,
        "scope": "required" if package.required else "optional",
        "purl": package.purl,
    }
    licence = package.licence
    if licence is None or licence.kind == "unknown":
        return component
    if licence.kind == "expression":
        return component | {"licenses": [{"expression": licence.text}]}
    return component | {"licenses": [{"license": {licence.kind: licence.text}}]}


def _licences(packages: list[Package], version: str) -> str:
    rows = "".join(
        f"| {package.key} | {package.version} | {_licence(package)} | "
        f"{'to predict' if package.required else 'optional'} |\n"
        for package in packages
    )
    return f"""# Licences

In this zip: the programs and runtime/, which are part of Glassbench {version}, under the {_LICENCE} licence
(LICENSE). The model and the data are yours.

Not in it, but installed by pip for it:

| package | version | licence | needed |
|---|---|---|---|
{rows}
The licences are those that the packages declare; those marked * do not, so that it was taken from the text of
their licence. {SBOM} has the same for machines.
"""


def _licence(package: Package) -> str:
    licence = package.licence
    if licence is None:
        return "not known: another version is installed where this list was made"
    if licence.kind == "unknown":
        return "not declared"
    text = licence.text.replace("|", "\\|")
    return f"{text} *" if licence.source == "text" else text
