"""The house: imports point down, heavy libraries stay where they belong, and what is public is documented."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import automl
import explain

ROOT = Path(__file__).parents[1]

# Storeys from the top down: a module may import from its own storey and from those below.
STOREYS = [
    {"automl.workbench"},
    {"automl.cli"},
    {"automl.desk"},
    {"automl.jobs"},
    {"automl.run"},
    {"automl.serving"},
    {"automl.search", "automl.leaderboard", "automl.bundle", "automl.monitoring"},
    {"automl.tracking"},
    {"automl.report", "automl.inspection"},
    {"automl.store"},
    {"automl.models"},
    {"automl.features"},
    {"automl.metrics", "automl.task", "automl.conformal", "automl.costs"},
    {"automl.plan"},
    {"automl.sql"},
    {"automl.data"},
    {"automl.extras", "automl.freeing"},
    {"automl.errors"},
]
TRAIN_WING = {"automl.search", "automl.leaderboard"}
SHIP_WING = {"automl.bundle", "automl.monitoring", "automl.serving"}
LEVEL = {name: level for level, storey in enumerate(STOREYS) for name in storey}


def modules(package: str) -> Iterator[tuple[str, Path]]:
    """Dotted name and path of every module below a top-level package."""
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imported(name: str, path: Path) -> Iterator[str]:
    """Dotted names that a module imports anywhere in its text, relative ones resolved."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def room(name: str) -> str | None:
    """The room of the house that a module stands in: `automl.search.driver` is in `automl.search`."""
    return ".".join(name.split(".")[:2]) if name.startswith("automl.") else None


def test_every_room_is_on_the_plan() -> None:
    rooms = {room(name) for name, _ in modules("automl")} - {None, "automl.__main__"}
    assert rooms == set(LEVEL), (
        "a new package needs its place in STOREYS, in CONTRIBUTING.md and in the design"
    )


def test_imports_point_down() -> None:
    wrong = []
    for name, path in modules("automl"):
        here = room(name)
        if here is None or here == "automl.__main__":
            continue
        for other in imported(name, path):
            there = room(other)
            if there in LEVEL and LEVEL[there] < LEVEL[here]:
                wrong.append(f"{name} imports {other}")
            if (here in TRAIN_WING and there in SHIP_WING) or (here in SHIP_WING and there in TRAIN_WING):
                wrong.append(f"{name} reaches into the other wing: {other}")
            if {here, there} == {"automl.report", "automl.inspection"}:
                wrong.append(f"{name} reaches into the room next door: {other}")
    assert not wrong, wrong


def test_explain_knows_nothing_of_automl() -> None:
    wrong = [
        name
        for name, path in modules("explain")
        if any(o.split(".")[0] == "automl" for o in imported(name, path))
    ]
    assert not wrong


def test_only_the_workbench_imports_streamlit() -> None:
    found = {
        room(n)
        for n, path in modules("automl")
        if any(o.split(".")[0] == "streamlit" for o in imported(n, path))
    }
    assert found <= {"automl.workbench"}


@pytest.mark.parametrize("package", [automl, explain], ids=lambda package: package.__name__)
def test_public_names_exist_and_are_documented(package: object) -> None:
    names = [package.__name__]
    names += [info.name for info in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
    for name in names:
        if name.endswith(("__main__", ".entry")) or ".scripts." in name or ".views." in name:
            continue  # run as scripts: by Python, by Streamlit, or inside a bundle
        module = importlib.import_module(name)
        assert module.__doc__, f"{name} has no docstring"
        for public in getattr(module, "__all__", []):
            thing = getattr(module, public)
            if inspect.isclass(thing) or inspect.isfunction(thing):
                assert thing.__doc__, f"{name}.{public} has no docstring"


def test_importing_the_packages_is_light() -> None:
    heavy = ["sklearn", "lightgbm", "optuna", "shap", "pandas", "streamlit", "numba"]
    code = f"import sys, automl, automl.run, automl.store; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_contributing_lists_every_family_and_metric() -> None:
    from automl.metrics import METRICS
    from automl.models import FAMILIES

    text = (ROOT / "CONTRIBUTING.md").read_text()
    missing = [name for name in [*FAMILIES, *METRICS] if f"`{name}`" not in text]
    assert not missing, f"CONTRIBUTING.md does not name {missing}"


def test_benchmarks_find_what_they_import_of_each_other() -> None:
    """They are run by hand and rarely: a name that has moved would be found out too late."""
    found = {path.stem: ast.parse(path.read_text()) for path in (ROOT / "tests" / "benchmarks").glob("*.py")}
    assert "bench_score" in found
    for name, tree in found.items():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.ImportFrom)
                and (other := (node.module or "").rpartition(".")[2]) in found
            ):
                there = {
                    each
                    for line in found[other].body
                    for each in (
                        [line.name] if isinstance(line, ast.FunctionDef | ast.ClassDef) else _assigned(line)
                    )
                }
                assert {alias.name for alias in node.names} <= there, f"{name} imports from {other}"


def _assigned(line: ast.stmt) -> list[str]:
    targets = line.targets if isinstance(line, ast.Assign) else [getattr(line, "target", None)]
    return [each.id for each in targets if isinstance(each, ast.Name)]
