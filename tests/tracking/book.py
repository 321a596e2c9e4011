"""A tracking server in memory that answers over HTTP in MLflow's words, and fails when asked to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import unquote

Fault = Literal["before", "after", "busy"]
"""What goes wrong: the connection is cut before or after the request is done, or the answer is 503."""
_API = "/api/2.0/mlflow/"
_STORED = "/api/2.0/mlflow-artifacts/artifacts/"


class RefusalError(Exception):
    """An answer of 400."""


class Book:
    """What a server has been told.

    Attributes
    ----------
    requests : int
        How many there were.
    faults : dict of int to Fault
        What goes wrong with the n-th request, from 0.
    refuses : callable
        Whether a request (its path, its content) is refused.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.experiments: dict[str, str] = {}
        self.runs: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.requests = 0
        self.faults: dict[int, Fault] = {}
        self.refuses: Callable[[str, Any], bool] = lambda _path, _content: False

    def told(self) -> dict[str, Any]:
        """All runs by their trial, without the ids that a server makes up."""
        names = {run_id: run["tags"]["glassbench.trial"] for run_id, run in self.runs.items()}
        assert len(set(names.values())) == len(names), "a run is there twice"
        told = {}
        for run_id, run in self.runs.items():
            tags = dict(run["tags"])
            if "mlflow.parentRunId" in tags:
                tags["mlflow.parentRunId"] = names[tags["mlflow.parentRunId"]]
            told[names[run_id]] = {**run, "tags": tags}
        return told

    def find(self, trial: str = "run") -> dict[str, Any]:
        return self.told()[trial]

    def answer(self, path: str, content: Any) -> Any:
        """Do what is asked."""
        if self.refuses(path, content):
            raise RefusalError("It may not be.")
        return getattr(self, path.replace("/", "_").replace("-", "_"))(content)

    def experiments_get(self, content: Any) -> Any:
        name = content["experiment_name"]
        return {"experiment_id": self.experiments.get(name)}

    def experiments_create(self, content: Any) -> Any:
        if content["name"] in self.experiments:
            raise RefusalError("RESOURCE_ALREADY_EXISTS")
        self.experiments[content["name"]] = str(len(self.experiments) + 1)
        return {"experiment_id": self.experiments[content["name"]]}

    def runs_search(self, content: Any) -> Any:
        found = [
            {"run_id": run_id, "tags": run["tags"]}
            for run_id, run in self.runs.items()
            if run["experiment"] in content["experiment_ids"]
            and run["tags"].get("glassbench.run") == content["run"]
        ]
        return {"runs": found}

    def runs_create(self, content: Any) -> Any:
        run_id = f"{len(self.runs):032x}"
        self.runs[run_id] = {
            "name": content["run_name"], "experiment": content["experiment_id"], "status": "RUNNING",
            "start": content["start_time"], "end": None, "tags": dict(content["tags"]), "params": {},
            "metrics": [], "datasets": [], "files": {},
        }  # fmt: skip
        return {"run_id": run_id}

    def runs_log_batch(self, content: Any) -> Any:
        run = self._run(content)
        metrics, params, tags = content["metrics"], content["params"], content["tags"]
        if len(metrics) > 1000 or len(params) > 100 or len(tags) > 100:
            raise RefusalError("A request holds at most 1000 metrics, 100 parameters and 100 tags.")
        if len(metrics) + len(params) + len(tags) > 1000 or not (metrics or params or tags):
            raise RefusalError("A request holds 1 to 1000 things.")
        for name, value in params.items():
            if run["params"].setdefault(name, value) != value:
                raise RefusalError(f"The parameter {name} was logged with another value.")
        run["tags"].update(tags)
        run["metrics"] += [metric for metric in metrics if metric not in run["metrics"]]  # as SQL stores do
        return {}

    def runs_log_inputs(self, content: Any) -> Any:
        datasets = self._run(content)["datasets"]
        if content["dataset"] not in datasets:
            datasets.append(content["dataset"])
        return {}

    def runs_update(self, content: Any) -> Any:
        run = self._run(content)
        run["status"] = content["status"]
        run["end"] = content["end_time"] or run["end"]
        return {}

    def _run(self, content: Any) -> dict[str, Any]:
        if content["run_id"] not in self.runs:
            raise RefusalError(f"There is no run {content['run_id']}.")
        return self.runs[content["run_id"]]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    book: Book

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._reply(lambda: self.book.answer(self.path.removeprefix(_API), json.loads(body)))

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        run_id, _, name = unquote(self.path.removeprefix(_STORED)).partition("/")
        self._reply(lambda: self.book.runs[run_id]["files"].update({name: body}))

    def _reply(self, action: Callable[[], Any]) -> None:
        book = self.book
        with book.lock:
            fault = book.faults.get(book.requests)
            book.requests += 1
            if fault == "before":
                self.close_connection = True
                return
            status, answer = 200, None
            if fault == "busy":
                status = 503
            else:
                try:
                    answer = action()
                except RefusalError as refusal:
                    status, answer = 400, {"message": str(refusal)}
            if fault == "after":
                self.close_connection = True
                return
        payload = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: pytest shows what a test says."""


@contextmanager
def serving(book: Book, port: int = 0) -> Iterator[str]:
    """Answer on a port of this machine; its address."""
    handler = type("Handler", (_Handler,), {"book": book})
    ThreadingHTTPServer.allow_reuse_address = True
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
