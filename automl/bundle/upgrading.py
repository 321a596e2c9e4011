"""Older versions of the bundle format, each brought to the next one in a step of its own.

A new version of the format: raise ``VERSION`` in manifest.py, write its ``bundle.schema.json``, add
``upgrade_N_to_N+1`` here and a small bundle of version N to the tests, and say in FORMAT.md what changed. A
step is a pure function of files and manifest, and is never changed afterwards. It works on what a bundle says
of itself; the model file stays as it is, byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import BundleError
from .documents import parse_json
from .signing import SIGNATURE

__all__ = ["LEGACY", "legacy_fault", "upgraded"]

#: The manifest of version 0, which was never written down; it said ``"version": 1`` of itself.
LEGACY = "manifest.json"
_MANIFEST = "bundle.json"
_MODEL = "model/model.skops"
_REQUIRED = (_MODEL, "schema.json", "task.json", "sample_input.csv", "sample_predictions.csv")

Files = dict[str, bytes]
Manifest = dict[str, Any]


def upgraded(files: Mapping[str, bytes], manifest: Mapping[str, Any], version: int) -> tuple[Files, Manifest]:
    """Files and manifest in the newest version of the format.

    A signature does not come along: it was for the bundle as it was.
    """
    kept = {name: content for name, content in files.items() if name != SIGNATURE}
    document = dict(manifest)
    for step in _STEPS[version:]:
        kept, document = step(kept, document)
    document.setdefault("upgraded_from", version)
    return kept | {_MANIFEST: (json.dumps(document, ensure_ascii=False) + "\n").encode()}, document


def legacy_fault(manifest: Mapping[str, Any]) -> str | None:
    """What is wrong with a manifest of version 0, None where nothing is."""
    files = manifest.get("files")
    if not isinstance(files, dict) or not all(
        isinstance(entry, dict) and isinstance(entry.get("sha256"), str) and type(entry.get("bytes")) is int
        for entry in files.values()
    ):
        return "it does not list its files"
    missing = [name for name in _REQUIRED if name not in files]
    if missing:
        return f"files has no {missing[0]!r}"
    data, types = manifest.get("data", {}), manifest.get("types", [])
    if not isinstance(data, dict) or not isinstance(types, list):
        return "data or types are of another kind"
    return None


def upgrade_0_to_1(files: Files, manifest: Manifest) -> tuple[Files, Manifest]:
    """``manifest.json`` is called ``bundle.json``; data, run and model stand in its lineage."""
    data, model = manifest.get("data", {}), str(manifest.get("model", ""))
    told = parse_json(files["metrics.json"], "metrics.json") if "metrics.json" in files else {}
    try:
        lineage = {
            "data": {
                "source": data.get("source"),
                "sha256": data.get("sha256"),
                "rows": int(data.get("rows") or 0),
                "rows_sha256": None,
            },
            "run": {"id": str(manifest.get("run", ""))},
            "model": model_of(model, told.get("result") or {}, told.get("leaderboard") or ()),
            "file": {"name": _MODEL, "sha256": manifest["files"][_MODEL]["sha256"]},
        }
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BundleError(
            f"metrics.json is damaged ({type(error).__name__}: {error}).", fix="Export the model again."
        ) from error
    document = {
        "format": manifest["format"],
        "version": 1,
        **{
            name: str(manifest.get(name, ""))
            for name in ("name", "task", "target", "created", "glassbench", "python")
        },
        "packages": manifest.get("packages", {}),
        "types": manifest.get("types", []),
        "fast_path": manifest.get("fast_path") or {"used": False},
        "lineage": lineage,
        "files": manifest["files"],
    }
    return {name: content for name, content in files.items() if name != LEGACY}, document


def model_of(model: str, result: Mapping[str, Any], leaderboard: Any) -> dict[str, Any]:
    """The lineage of a run's model: the trials that vote in it.

    Parameters
    ----------
    model : str
        Its id in the run.
    result : mapping
        Of the run, with ``chosen`` and its ``members``.
    leaderboard : sequence of mapping
        With ``id`` and ``family`` of each trial.
    """
    chosen = model == str(result.get("chosen", ""))
    members: list[dict[str, Any]] = (result.get("members") if chosen else None) or [
        {"id": model, "weight": 1.0}
    ]
    families = {row["id"]: row.get("family") for row in leaderboard}
    return {
        "id": model,
        "chosen": chosen,
        "trials": [
            {"id": str(each["id"]), "family": families.get(each["id"]), "weight": float(each["weight"])}
            for each in members
        ],
    }


_STEPS: tuple[Callable[[Files, Manifest], tuple[Files, Manifest]], ...] = (upgrade_0_to_1,)
