"""The part of Glassbench that travels in every bundle: the errors, the gate, what loads, scores and serves,
and the package that explains."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.resources import files
from pathlib import PurePosixPath

from automl import data, plan

__all__ = ["carried_files", "runtime_files", "script_files"]

PACKAGE = "glassbench_runtime"
SCRIPTS = ("explain.py", "predict.py", "serve.py", "verify.py")
#: Modules of automl/bundle that prediction needs; they import one another, ``..conformal``, ``..data``,
#: ``..errors``, ``..plan`` and the package ``explain`` only.
MODULES = (
    "allowed",
    "archive",
    "audit",
    "batch",
    "canonical",
    "checking",
    "commands",
    "documents",
    "explaining",
    "manifest",
    "proving",
    "reviewing",
    "scoring",
    "shape",
    "signing",
    "single",
    "structure",
    "trusted",
    "upgrading",
    "verifying",
    "versions",
)
SCHEMA = "bundle.schema.json"
#: Modules of ``explain`` that are called; what these import comes along.
EXPLAIN = ("__init__", "api", "certificate", "row/whatif")
_NOTE = '"""{what} Copied from Glassbench {version}; do not edit."""\n'


def carried_files(version: str) -> dict[str, bytes]:
    """Return all that every bundle carries, whatever its model, by the names in it."""
    package = files("automl.bundle")
    return {
        "FORMAT.md": package.joinpath("FORMAT.md").read_bytes(),
        "LICENSE": package.joinpath("resources", "apache-2.0.txt").read_bytes(),
        **script_files(),
        **runtime_files(version),
    }


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
    found[f"{root}/bundle/{SCHEMA}"] = package.joinpath("bundle", SCHEMA).read_bytes()
    found |= _modules(files(data), f"{root}/data") | _modules(files(plan), f"{root}/plan")
    found |= _modules(package.joinpath("serving"), f"{root}/serving", (".py", ".html"))
    # Not inside of the other package: both are imported by the name that they have in Glassbench.
    found |= {f"runtime/explain/{name}": content for name, content in _reachable("explain", EXPLAIN).items()}
    return found


def script_files() -> dict[str, bytes]:
    """Return the programs of a bundle by their names in it."""
    scripts = files("automl.bundle.scripts")
    return {name: scripts.joinpath(name).read_bytes() for name in SCRIPTS}


def _modules(folder: object, prefix: str, endings: tuple[str, ...] = (".py",)) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for entry in folder.iterdir():  # type: ignore[attr-defined]
        if entry.is_dir() and entry.name != "__pycache__":
            found |= _modules(entry, f"{prefix}/{entry.name}", endings)
        elif entry.name.endswith(endings):
            found[f"{prefix}/{entry.name}"] = entry.read_bytes()
    return found


def _reachable(package: str, roots: tuple[str, ...]) -> dict[str, bytes]:
    """Files of a package by their names in it: those of some modules, and what they import of it in turn.

    Imports for type checkers alone do not count. A package that looks into its own folder is taken whole.
    """
    sources = {name.removeprefix("/"): content for name, content in _modules(files(package), "").items()}
    found: dict[str, bytes] = {}
    waiting = [f"{root}.py" for root in roots]
    while waiting:
        name = waiting.pop()
        if name in found or name not in sources:
            continue
        found[name] = sources[name]
        folder = PurePosixPath(name).parent
        waiting += [f"{parent}/__init__.py" for parent in (folder, *folder.parents) if str(parent) != "."]
        if b"iter_modules(__path__)" in sources[name]:
            waiting += [other for other in sources if other.startswith(f"{folder}/")]
        for path in _imported(ast.parse(sources[name]), folder):
            waiting += [f"{path}.py", f"{path}/__init__.py"]
    return found


def _imported(node: ast.AST, folder: PurePosixPath) -> Iterator[str]:
    """Paths in the package that relative imports may mean, wherever they stand in a module."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        if isinstance(child, ast.ImportFrom) and child.level:
            above = folder.parts[: len(folder.parts) - child.level + 1]
            base = "/".join([*above, *(child.module or "").split(".")]).rstrip("/")
            yield base
            yield from (f"{base}/{alias.name}".lstrip("/") for alias in child.names)
        yield from _imported(child, folder)
