"""What the workbench promises of itself: private, light, and the same however it is started."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import tomllib
from collections.abc import MutableMapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from automl.store import Home, RunFolder
from automl.workbench.server import MIDDLEWARE
from automl.workbench.settings import OPTIONS

from . import folders

ROOT = Path(__file__).parents[2]
HEAVY = ("sklearn", "lightgbm", "optuna", "shap", "numba", "skops", "joblib", "scipy")


def flat(options: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in options.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def test_the_configuration_file_and_the_installed_copy_agree() -> None:
    written = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert flat(written) == OPTIONS


def test_the_server_is_private_by_default() -> None:
    assert OPTIONS["server.address"] == "127.0.0.1"
    assert OPTIONS["browser.gatherUsageStats"] is False
    assert OPTIONS["client.showErrorDetails"] == "none"
    assert set(OPTIONS["server.allowedHosts"]) == {"localhost", "127.0.0.1"}


def test_every_option_is_one_that_streamlit_knows() -> None:
    from streamlit import config

    known = set(config._config_options_template)
    assert set(OPTIONS) <= known


@pytest.mark.parametrize("page", ["runs", "new", "run", "models", "explain", "score", "monitor", "export"])
def test_pages_load_no_engine(page: str, home: Path) -> None:
    """A page is drawn in a process of its own; scikit-learn and its like must not be in it afterwards."""
    run = folders.write_all(home)["finished"]
    code = f"""
import sys
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash
test = AppTest.from_file("automl/workbench/entry.py", default_timeout=60)
test.query_params["run"] = {run.id!r}
if {page!r} != "runs":
    test._page_hash = calc_hash({page!r})
test.run()
assert not test.exception, test.exception
from automl.workbench import navigation
from automl.workbench import drafts
if {page!r} == "new":
    test.query_params["upload"] = drafts.from_sample(navigation.home(), drafts.samples()[1]).id
    test.run()
    assert not test.exception, test.exception
    assert any(box.label.startswith("What counts") for box in test.selectbox)
print("loaded:", [name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().splitlines()[-1] == "loaded: []"


@pytest.mark.parametrize("plain", ["All columns", "One column", "One row", "Where it is wrong", "Is it fair",
                                   "Can it be trusted", "Comparison"])  # fmt: skip
def test_reading_and_drawing_results_loads_no_engine(plain: str, examined: Path, home: Path) -> None:
    """Also not where every result of a real model is on the page."""
    shutil.copytree(examined, home)
    run = Home(home).runs()[0]
    query = {"run": run.id, "explain-view": plain, "column": "tenure", "group": "gender", "by": "Contract"}
    query |= {"compare": "Two groups of rows", "colour": "Contract"}
    code = f"""
import sys
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash
test = AppTest.from_file("automl/workbench/entry.py", default_timeout=60)
for name, value in {query!r}.items():
    test.query_params[name] = value
test._page_hash = calc_hash("explain")
test.run()
assert not test.exception, test.exception
print("charts:", len(test.get("plotly_chart")))
print("loaded:", [name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    *_, charts, loaded = done.stdout.strip().splitlines()
    assert int(charts.removeprefix("charts: ")) > 0
    assert loaded == "loaded: []"


def test_the_models_page_loads_no_engine_with_everything_on_it(asked_run: RunFolder) -> None:
    """Front, comparison, tie-breaker, threshold and history are drawn from what jobs have left."""
    code = f"""
import sys
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash
for view in ("Leaderboard", "Compare", "Break the tie", "Threshold", "History"):
    test = AppTest.from_file("automl/workbench/entry.py", default_timeout=60)
    test.query_params["run"] = {asked_run.id!r}
    test.query_params["models-view"] = view
    test._page_hash = calc_hash("models")
    test.run()
    assert not test.exception, test.exception
    said = " ".join(str(each.value) for kind in ("markdown", "caption") for each in test.get(kind))
    expected = {{
        "Leaderboard": "Strong marks are the front",
        "Compare": "probability",
        "Break the tie": "as good as each other",
        "Threshold": "From which probability on",
        "History": "had finished",
    }}[view]
    assert expected in said, (view, said)
print("loaded:", [name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().splitlines()[-1] == "loaded: []"


def ask(host: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body that a request with this `Host` gets."""
    app = Starlette(routes=[Route("/", lambda _: PlainTextResponse("here"))], middleware=list(MIDDLEWARE))
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/",
        "raw_path": b"/",
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", host.encode())],
        "server": ("127.0.0.1", 80),
    }
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    with ThreadPoolExecutor(1) as apart:  # browser tests before it leave an event loop running in this thread
        apart.submit(lambda: asyncio.run(app(scope, receive, send))).result()
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:])


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost", "LOCALHOST:80"])
def test_own_hosts_are_answered_with_protective_headers(host: str) -> None:
    status, headers, body = ask(host)
    assert (status, body) == (200, b"here")
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert "connect-src 'self'" in headers["content-security-policy"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8501", "[::2]:8501", ""])
def test_foreign_hosts_are_refused(host: str) -> None:
    status, _, body = ask(host)
    assert status == 421
    assert b"here" not in body
