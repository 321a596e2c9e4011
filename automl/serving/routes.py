"""The one table of routes: what can be asked, and which function answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .http import Request, Response
from .page import page
from .problems import RequestError
from .protocols import azure, invocations, native, open_inference, tensorflow
from .service import Service

__all__ = ["ROUTES", "Route", "Table"]

Work = Literal["none", "predict", "explain"]


@dataclass(frozen=True)
class Route:
    """A method and a path, and what answers them.

    Parameters
    ----------
    method : {"GET", "POST"}
    path : str
        A name in braces stands for one part of the path, without slashes and colons.
    answer : callable
        Service and request → response; raises `RequestError`.
    about : str
        One sentence for the OpenAPI document.
    protocol : str
    body : str, optional
        Which body the OpenAPI document describes.
    work : {"none", "predict", "explain"}
        Whether it calls the model, and how long that takes: decides which threads do it.
    open : bool
        Whether it is answered without the token: probes carry none, and learn nothing of the model.
    """

    method: str
    path: str
    answer: Callable[[Service, Request], Response]
    about: str
    protocol: str
    body: str | None = None
    work: Work = "none"
    open: bool = False

    def failed(self, error: RequestError, request_id: str) -> Any:
        """An error as the protocol tells it: JSON values."""
        return _FAILED[self.protocol](error, request_id)


def _openapi(service: Service, request: Request) -> Response:
    from .openapi import openapi

    return openapi(service, ROUTES)


def _post(path: str, answer: Any, about: str, protocol: str, body: str, work: Work) -> Route:
    return Route("POST", path, answer, about, protocol, body, work)


def _get(path: str, answer: Any, about: str, protocol: str, *, open: bool = False) -> Route:
    return Route("GET", path, answer, about, protocol, open=open)


OWN, V1, V2 = "Glassbench", "KServe V1 and TensorFlow Serving", "Open Inference V2"
AWS, AZURE = "SageMaker and MLflow", "Azure ML"
_FAILED = {
    OWN: native.failed,
    V1: tensorflow.failed,
    V2: open_inference.failed,
    AWS: invocations.failed,
    AZURE: azure.failed,
}
PREDICT: Work = "predict"
EXPLAIN: Work = "explain"
_MODEL, _VERSION = "/v1/models/{name}", "/v1/models/{name}/versions/{version}"
_MODEL2, _VERSION2 = "/v2/models/{name}", "/v2/models/{name}/versions/{version}"


def _table() -> tuple[Route, ...]:
    return (
        _post("/predict", native.predict, "Predict rows.", OWN, "rows", PREDICT),
        _post("/explain", native.explain, "What each column contributes.", OWN, "rows", EXPLAIN),
        _post("/reasons", native.reasons, "The columns that matter most.", OWN, "rows", EXPLAIN),
        _post("/what-if", native.what_if, "A row with other values.", OWN, "what_if", EXPLAIN),
        _get("/schema", native.schema, "What the model reads and says.", OWN),
        _get("/health", native.health, "That the server is there.", OWN, open=True),
        _get("/health/live", native.health, "That the server is there.", OWN, open=True),
        _get("/health/ready", native.ready, "Whether it takes requests.", OWN, open=True),
        _get("/metrics", native.metrics, "Counts for Prometheus.", OWN),
        _get("/openapi.json", _openapi, "This description.", OWN),
        _get("/swagger.json", _openapi, "This description.", AZURE),
        _get("/", page, "A page to try it.", OWN, open=True),
        _get("/docs", page, "A page to try it.", OWN, open=True),
        _get("/v1/models", tensorflow.models, "The models.", V1),
        *(
            route
            for base in (_MODEL, _VERSION)
            for route in (
                _get(base, tensorflow.status, "Whether the model is ready.", V1),
                _get(f"{base}/metadata", tensorflow.metadata, "Inputs and outputs.", V1),
                _post(
                    f"{base}:predict", tensorflow.predict, "Predict.", V1, "instances", PREDICT
                ),
                _post(
                    f"{base}:explain", tensorflow.explain, "Explain.", V1, "instances", EXPLAIN
                ),
            )
        ),
        _get("/v2", open_inference.server, "The server.", V2),
        _get("/v2/health/live", open_inference.live, "It is there.", V2, open=True),
        _get("/v2/health/ready", open_inference.ready, "It is ready.", V2, open=True),
        *(
            route
            for base in (_MODEL2, _VERSION2)
            for route in (
                _get(base, open_inference.model, "Inputs and outputs.", V2),
                _get(f"{base}/ready", open_inference.model_ready, "It is ready.", V2),
                _post(f"{base}/infer", open_inference.infer, "Predict.", V2, "tensors", PREDICT),
            )
        ),
        _get("/ping", invocations.ping, "It is ready.", AWS, open=True),
        _get("/version", invocations.version, "The version.", AWS),
        _post("/invocations", invocations.invoke, "Predict.", AWS, "invocations", PREDICT),
        _post(
            "/endpoints/{endpoint}/invocations", invocations.invoke, "Predict.", AWS,
            "invocations", PREDICT,
        ),
        _post("/score", azure.score, "Predict.", AZURE, "score", PREDICT),
    )  # fmt: skip


ROUTES = _table()


class Table:
    """Finds routes.

    Parameters
    ----------
    routes : sequence of Route
    """

    def __init__(self, routes: Sequence[Route] = ROUTES) -> None:
        self._plain: dict[str, dict[str, Route]] = {}
        self._patterns: dict[str, tuple[re.Pattern[str], dict[str, Route]]] = {}
        for route in routes:
            if "{" not in route.path:
                self._plain.setdefault(route.path, {})[route.method] = route
                continue
            pattern = re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/:]+)", re.escape(route.path)))
            self._patterns.setdefault(route.path, (pattern, {}))[1][route.method] = route

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """The route of a request, and what stands in the braces of its path.

        Raises
        ------
        RequestError
            404 where there is no such path, 405 where it takes other methods.
        """
        by_method, params = self._plain.get(path), {}
        if by_method is None:
            for pattern, routes in self._patterns.values():
                match = pattern.fullmatch(path)
                if match is not None:
                    by_method, params = routes, match.groupdict()
                    break
        if by_method is None:
            raise RequestError(
                404, "no_such_route", "There is nothing at this address.", fix="See /docs or /openapi.json."
            )
        route = by_method.get("GET" if method == "HEAD" else method)
        if route is None:
            methods = ", ".join(sorted(by_method))
            raise RequestError(405, "wrong_method", f"Expected {methods} here.", headers=[("allow", methods)])
        return route, params
