"""The pages over the catalogue are light: no engine in their process, and quick however much there is."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from automl.store.catalogue import open_catalogue
from automl.store.files import file_sha256

from . import catalogues
from .conftest import ROOT, OpenPage
from .test_operate_pages import done
from .test_pages import words
from .test_privacy import HEAVY


def test_with_everything_on_them_they_load_no_engine(home: Path, trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained / "runs", home / "runs")
    with open_catalogue(home) as catalogue:
        made = []
        for number in range(2):
            path = tmp_path / f"t{number}.csv"
            path.write_text(
                "x,label\n" + "".join(f"{i % 40 * (number + 1)},{'ab'[i % 2]}\n" for i in range(200))
            )
            made.append(catalogue.datasets.add("t", file_sha256(path), rows=200, columns=2, source=str(path)))
    done(home, "register")
    done(home, "difference", before=made[0].id, after=made[1].id, key=None)
    done(home, "verify", heads=[])
    with open_catalogue(home) as catalogue:
        (model,) = catalogue.models.versions()
    done(home, "sheet", model=model.id)
    code = f"""
import sys
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash
def words(page):
    kinds = ("markdown", "caption", "html")
    return " ".join(str(getattr(e, "value", "") or e.proto.body) for kind in kinds for e in page.get(kind))
for path, query, expected in (
    ("registry", {{}}, "champion"),
    ("registry", {{"name": "Churn"}}, "points to nothing"),
    ("registry", {{"name": "Churn", "rows": "none"}}, "came of a run"),
    ("registry", {{"name": "Churn", "retraining": "none"}}, "came of a run"),
    ("registry", {{"name": "Churn", "version": "1"}}, "decided about it"),
    ("registry", {{"name": "Churn", "version": "1", "registry-view": "In use"}}, "not exported"),
    ("registry", {{"name": "Churn", "version": "1", "registry-view": "Compliance sheet"}}, "missing"),
    ("data", {{}}, "1 run"),
    ("data", {{"dataset": "t", "number": "2"}}, "moved by more than chance"),
    ("audit", {{}}, "As it was written"),
):
    test = AppTest.from_file("automl/workbench/entry.py", default_timeout=60)
    for name, value in query.items():
        test.query_params[name] = value
    test._page_hash = calc_hash(path)
    test.run()
    assert not test.exception, test.exception
    assert expected in words(test), (path, query, words(test)[:3000])
print("loaded:", [name for name in {HEAVY!r} if name in sys.modules])
"""
    done_ = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done_.returncode == 0, done_.stderr
    assert done_.stdout.strip().splitlines()[-1] == "loaded: []"


@pytest.mark.slow
def test_ten_thousand_entries_and_three_hundred_versions_cost_little(open_page: OpenPage, home: Path) -> None:
    """Processor time of each page with much of everything, beside the same page with next to nothing."""
    from automl.store.audit.log import append

    def seconds(path: str, **query: str) -> float:
        times = []
        for _ in range(5):
            began = time.process_time()
            page = open_page(path, **query)
            times.append(time.process_time() - began)
            assert words(page)
        return min(times)

    asked: tuple[tuple[str, dict[str, str]], ...] = (
        ("registry", {}),
        ("registry", {"name": "churn"}),
        ("registry", {"name": "churn", "version": "1"}),
        ("data", {}),
        ("data", {"dataset": "churn"}),
        ("audit", {}),
        ("audit", {"about": "churn/2"}),
    )
    with open_catalogue(home) as catalogue:
        for digest in "ab":
            catalogue.datasets.add("churn", digest * 64, rows=10, columns=2)
        catalogues.versions(catalogue, 2)
        before = [seconds(path, **query) for path, query in asked]
        catalogues.versions(catalogue, 298, start=2)
        for number in range(298):
            catalogue.datasets.add("churn", f"{number:064x}", rows=10, columns=2)
        with catalogue.database.writing() as connection:
            for number in range(10_000):
                append(connection, "seen", f"churn/{number % 300}", details={"n": number})
        after = [seconds(path, **query) for path, query in asked]
    told = {
        f"{path} {query}": (round(many, 3), round(few, 3))
        for (path, query), few, many in zip(asked, before, after, strict=True)
    }
    assert all(many < 4 * few + 0.1 for many, few in told.values()), told
