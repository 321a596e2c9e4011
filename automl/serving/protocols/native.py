"""The server's own routes: predict, explain, reasons, what-if, schema, health, metrics."""

from __future__ import annotations

import math
from typing import Any

from ..answer import tabular
from ..described import described
from ..http import JSON, Request, Response, json_response
from ..metrics import CONTENT_TYPE
from ..problems import RequestError, bad_request
from ..sent import from_body, from_value
from ..service import Service
from ..wording import shown

__all__ = ["explain", "failed", "health", "metrics", "predict", "ready", "reasons", "schema", "what_if"]


def failed(error: RequestError, request_id: str) -> Any:
    """An error as this protocol tells it."""
    return {"error": error.to_json() | {"request": request_id}}


def predict(service: Service, request: Request) -> Response:
    """Rows as JSON, JSON lines or CSV; predictions as asked for, by default as the rows came."""
    sent = from_body(request, service.scorer.schema)
    answer = service.predict(sent, request, "/predict", interval=_share(request, "interval"))
    kind = request.wants(request.content)
    if kind != JSON:
        return tabular(answer, kind, ids=True)
    return json_response(
        {
            "model": service.name,
            "predictions": [
                {"id": name, **outcome} for name, outcome in zip(answer.ids, answer.outcomes, strict=True)
            ],
            "warnings": list(answer.warnings),
        }
    )


def explain(service: Service, request: Request) -> Response:
    """What each column contributes to each row's prediction."""
    told, _ = _explained(service, request)
    return json_response(told)


def reasons(service: Service, request: Request) -> Response:
    """The few columns that matter most for each row, in words."""
    from explain import reason_codes

    top = _count(request, "top", 4, 50)
    told, explanation = _explained(service, request)
    rows = []
    for i, row in enumerate(told["rows"]):
        output = explanation.output_index(row["output"]) if row["output"] is not None else None
        codes = reason_codes(explanation, i, output, top=top)
        rows.append(
            {name: row[name] for name in ("row", "output", "prediction", "base", "sentence")}
            | {
                "reasons": [
                    {
                        "code": reason.code,
                        "column": reason.column,
                        "value": reason.value,
                        "direction": reason.direction,
                        "contribution": reason.contribution,
                        "stderr": reason.stderr,
                        "sentence": reason.sentence,
                    }
                    for reason in codes
                ]
            }
        )
    return json_response({"model": service.name, "scale": told["scale"], "rows": rows})


def what_if(service: Service, request: Request) -> Response:
    """A row, some other values for it, and what the model makes of the difference. Not logged."""
    body = request.json()
    if (
        not isinstance(body, dict)
        or not isinstance(body.get("row"), dict)
        or not isinstance(body.get("changes"), dict)
    ):
        raise bad_request('Expected {"row": {column: value, …}, "changes": {column: value, …}}.')
    schema = service.scorer.schema
    row, changes = body["row"], body["changes"]
    unknown = [name for name in changes if name not in schema]
    if unknown:
        raise RequestError(
            422, "unknown_column", f"The model reads no column {shown(unknown[0])}.",
            fix=f"Columns are: {', '.join(schema.names[:20])}.",
        )  # fmt: skip
    gated = service.admit(from_value([row, row | changes], schema), most=2)
    before, after = gated.frame.iloc[[0]], gated.frame.iloc[[1]]
    seconds = _seconds(service, request)
    found = service.what_if(before, {name: after[name].iloc[0] for name in changes}, seconds)
    labels = service.predictions(gated.frame)["prediction"].tolist()
    output = service.class_explained(found, request.options.get("output"))
    told = service.document(found.explanation, output)
    return json_response(
        {
            "model": service.name,
            "scale": told["scale"],
            "output": output,
            "edited": list(found.edited),
            "before": {"label": labels[0], "prediction": told["rows"][0]["prediction"]},
            "after": {"label": labels[1], "prediction": told["rows"][1]["prediction"]},
            "change": told["rows"][1]["prediction"] - told["rows"][0]["prediction"],
            "sentence": found.sentence(output),
            "contributions": _side_by_side(told),
            "flags": [
                {"code": flag.code, "columns": list(flag.columns), "message": flag.message}
                for flag in found.flags
            ],
        }
    )


def _side_by_side(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Contributions before and after, the largest change first."""
    before, after = ({each["column"]: each for each in row["contributions"]} for row in told["rows"])
    both = [
        {
            "column": name,
            "before": before[name]["contribution"],
            "after": each["contribution"],
            "change": each["contribution"] - before[name]["contribution"],
            "stderr": None if each["stderr"] is None else math.hypot(each["stderr"], before[name]["stderr"]),
        }
        for name, each in after.items()
    ]
    return sorted(both, key=lambda each: -abs(float(each["change"] or 0)))


def schema(service: Service, request: Request) -> Response:
    """What the model reads and what it says."""
    return json_response(described(service))


def health(service: Service, request: Request) -> Response:
    """That the server is there."""
    return json_response({"status": "ok", "ready": service.ready})


def ready(service: Service, request: Request) -> Response:
    """Whether new requests are welcome: 503 while the server stops."""
    return json_response({"ready": service.ready}, 200 if service.ready else 503)


def metrics(service: Service, request: Request) -> Response:
    """Counts for Prometheus."""
    log = {} if service.log is None else service.log.counts()
    return Response(service.metrics.render(log).encode("utf-8"), 200, CONTENT_TYPE)


def _explained(service: Service, request: Request) -> tuple[dict[str, Any], Any]:
    sent = from_body(request, service.scorer.schema)
    gated = service.admit(sent, most=service.settings.max_explained)
    explanation = service.explain(gated.frame, _seconds(service, request))
    told = {"model": service.name} | service.document(explanation, request.options.get("output"))
    return told | {"warnings": list(gated.warnings)}, explanation


def _seconds(service: Service, request: Request) -> float:
    most = service.settings.explain_seconds
    asked = _number(request, "seconds")
    return most if asked is None else min(most, max(0.05, asked))


def _share(request: Request, name: str) -> float | None:
    value = _number(request, name)
    if value is not None and not 0 < value < 1:
        raise bad_request(f"Expected {name} to be between 0 and 1.", "Such as 0.9.")
    return value


def _count(request: Request, name: str, default: int, most: int) -> int:
    value = _number(request, name)
    return default if value is None else max(1, min(most, int(value)))


def _number(request: Request, name: str) -> float | None:
    text = request.options.get(name)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise bad_request(f"Expected {name} to be a number.")
    return value
