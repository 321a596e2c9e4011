"""The part of Glassbench that travels in every bundle: the errors, the gate, and what loads and scores."""

from __future__ import annotations

from importlib.resources import files

from automl import data

__all__ = ["runtime_files", "script_files"]

PACKAGE = "glassbench_runtime"
#: Modules of automl/bundle that prediction needs; they import one another, ``..conformal``, ``..data`` and
#: ``..errors`` only.
MODULES = (
    "allowed",
    "archive",
    "audit",
    "checking",
    "commands",
    "manifest",
    "scoring",
    "structure",
    "trusted",
    "versions",
)
_NOTE = '"""{what} Copied from Glassbench {version}; do not edit."""\n'


def runtime_files(version: str) -> dict[str, bytes]:
    """Return the files of ``runtime/`` by their names in the bundle."""
    root = f"runtime/{PACKAGE}"
    package = files("automl")
    found = {
        f"{root}/__init__.py": _NOTE.format(
            what="What this bundle needs to predict.", version=version
        ).encode(),
        f"{root}/bundle/__init__.py": _NOTE.format(what="Load, check and score.", version=version).encode(),
    }
    for name in ("conformal", "errors"):
        found[f"{root}/{name}.py"] = package.joinpath(f"{name}.py").read_bytes()
    for name in MODULES:
        found[f"{root}/bundle/{name}.py"] = package.joinpath("bundle", f"{name}.py").read_bytes()
    found |= _modules(files(data), f"{root}/data")
    return found


def script_files() -> dict[str, bytes]:
    """Return the programs of a bundle by their names in it."""
    scripts = files("automl.bundle.scripts")
    return {name: scripts.joinpath(name).read_bytes() for name in ("predict.py", "verify.py")}


def _modules(folder: object, prefix: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for entry in folder.iterdir():  # type: ignore[attr-defined]
        if entry.is_dir() and entry.name != "__pycache__":
            found |= _modules(entry, f"{prefix}/{entry.name}")
        elif entry.name.endswith(".py"):
            found[f"{prefix}/{entry.name}"] = entry.read_bytes()
    return found
