"""Requests and responses as plain values, and JSON that is JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from .problems import RequestError, bad_request

__all__ = ["CSV", "JSON", "LINES", "Request", "Response", "json_response", "parse_json", "to_json"]

JSON = "application/json"
CSV = "text/csv"
LINES = "application/jsonlines"
_CSV_TYPES = {CSV, "application/csv"}
_LINES_TYPES = {LINES, "application/x-ndjson", "application/ndjson", "application/x-jsonlines"}
#: curl and many clients of TensorFlow Serving name no type, or a form's, and send JSON.
_JSON_TYPES = {JSON, "", "*/*", "text/plain", "application/x-www-form-urlencoded", "application/octet-stream"}


@dataclass(frozen=True)
class Request:
    """A request that was read whole.

    Parameters
    ----------
    method, path : str
    params : mapping
        What stands in the braces of the route's path.
    headers : mapping
        By lower-case name.
    query : bytes
    body : bytes
    id : str
        Of this request: the beginning of its predictions' ids.
    client : str
        Address of the other end.
    """

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    query: bytes = b""
    body: bytes = b""
    id: str = ""
    client: str = ""

    @cached_property
    def options(self) -> dict[str, str]:
        """What stands behind the question mark; of a name given twice the last."""
        try:
            return dict(parse_qsl(self.query.decode("utf-8"), keep_blank_values=True, max_num_fields=100))
        except ValueError:
            raise bad_request("The query of the address cannot be read.") from None

    @property
    def content(self) -> str:
        """What the body is: JSON, CSV or LINES.

        Raises
        ------
        RequestError
            415, when it is anything else, or compressed.
        """
        coding = self.headers.get("content-encoding", "identity").strip().lower()
        if coding not in ("", "identity"):
            raise RequestError(
                415, "unsupported_encoding", "Compressed bodies are not read.", fix="Send it uncompressed."
            )
        kind = _bare(self.headers.get("content-type", ""))
        if kind in _CSV_TYPES:
            return CSV
        if kind in _LINES_TYPES:
            return LINES
        if kind in _JSON_TYPES or kind.endswith("+json"):
            return JSON
        raise RequestError(
            415,
            "unsupported_type",
            "The body is of a content type that is not read here.",
            fix=f"Send {JSON}, {CSV} or {LINES}, and say so in Content-Type.",
        )

    def wants(self, default: str = JSON) -> str:
        """Which of JSON, CSV and LINES the client would like as answer."""
        for part in self.headers.get("accept", "").split(","):
            kind = _bare(part)
            if kind in _CSV_TYPES:
                return CSV
            if kind in _LINES_TYPES:
                return LINES
            if kind == JSON:
                return JSON
        return default

    def json(self) -> Any:
        """The body as JSON values."""
        return parse_json(self.body)


@dataclass(frozen=True)
class Response:
    """An answer, whole."""

    body: bytes
    status: int = 200
    type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


def json_response(value: Any, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> Response:
    """An answer of JSON values."""
    return Response(to_json(value), status, JSON, tuple(headers))


def to_json(value: Any) -> bytes:
    """JSON values as compact UTF-8; floats as the shortest text that reads back as the same float."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")


def parse_json(data: bytes) -> Any:
    """Read strict JSON.

    Raises
    ------
    RequestError
        400: no JSON, not UTF-8, NaN or Infinity in it, nested too deeply, or half of a surrogate pair.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise bad_request(f"The body is not UTF-8 (byte {error.start}).", code="invalid_json") from None
    try:
        value = json.loads(text, parse_constant=_no_constant)
        if "\\ud" in text or "\\uD" in text:
            text = json.dumps(value, ensure_ascii=False).encode("utf-8").decode("utf-8")
    except json.JSONDecodeError as error:
        found = "The body is empty" if not text.strip() else "The body is no valid JSON"
        raise bad_request(
            f"{found} (line {error.lineno}, column {error.colno}: {error.msg}).",
            "Send JSON, or say in Content-Type what it is.",
            code="invalid_json",
        ) from None
    except RecursionError:
        raise bad_request("The JSON is nested too deeply.", code="invalid_json") from None
    except UnicodeEncodeError:
        raise bad_request("A text holds half of a surrogate pair.", code="invalid_json") from None
    except RequestError:
        raise
    except ValueError:  # a whole number of more digits than Python converts
        raise bad_request("A number in the JSON is too long.", code="invalid_json") from None
    return value


def _no_constant(name: str) -> NoReturn:
    raise bad_request(
        f"{name} is no JSON value.", "Write null where a value is missing.", code="invalid_json"
    )


def _bare(kind: str) -> str:
    return kind.partition(";")[0].strip().lower()
