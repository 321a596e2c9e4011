"""A bundle inside of somebody else's server: no address and no log of its own, the same answers."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ..bundle.manifest import open_files
from ..bundle.versions import differences
from .answer import Answer, tabular
from .http import CSV, JSON, Request, to_json
from .protocols import azure, invocations
from .service import Service
from .settings import Settings

__all__ = ["Embedded", "Outcome", "load"]

_logger = logging.getLogger("glassbench.embedded")


@dataclass(frozen=True)
class Outcome:
    """The predictions of a request to ``/invocations``.

    Parameters
    ----------
    answer : Answer
    headless : bool
        Whether the rows came as CSV without names.
    """

    answer: Answer
    headless: bool

    def written(self, accept: str = "") -> tuple[str, str]:
        """The body of the response, and its content type.

        Parameters
        ----------
        accept : str
            As in the request's header; JSON where it names nothing that can be written.
        """
        kind = Request("POST", "/invocations", headers={"accept": accept or ""}).wants()
        if kind == JSON:
            return to_json({"predictions": self.answer.records}).decode("utf-8"), JSON
        return tabular(self.answer, kind, names=not self.headless).body.decode("utf-8"), kind


class Embedded:
    """A loaded bundle that answers what platforms hand to it.

    Parameters
    ----------
    service : Service
    """

    def __init__(self, service: Service) -> None:
        self.service = service

    def predict(self, model_input: Any, params: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Predict rows that are there already, as MLflow hands them over.

        Parameters
        ----------
        model_input : DataFrame, or what pandas makes one from
            Lists without names are in the order of the schema's columns.
        params : mapping, optional
            None is known.

        Returns
        -------
        DataFrame
            The columns that ``predict.py`` writes, by the index of the input. Labels are plain objects, which
            every version of pandas knows.

        Raises
        ------
        GlassbenchError
            When columns are missing.
        """
        scorer = self.service.scorer
        frame = model_input
        if not isinstance(frame, pd.DataFrame):
            rows = [frame] if isinstance(frame, dict) and not _is_columns(frame) else frame
            named = isinstance(rows, dict) or (len(rows) and isinstance(rows[0], dict | str))
            frame = pd.DataFrame(rows, columns=None if named else list(scorer.schema.names))
        dataset = scorer.coerce(frame.reset_index(drop=True))
        for finding in dataset.findings:
            if finding.severity != "info":
                # Values stay out of the log of somebody else's server.
                _logger.warning("%s in column %r", finding.code, finding.column)
        table = scorer.predictions(dataset.frame)
        told = {name: _plain(values) for name, values in table.items()}
        return pd.DataFrame(told).set_axis(frame.index, axis=0)

    def invoke(self, body: bytes | str, content_type: str | None = None) -> Outcome:
        """Predict the rows of a request to ``/invocations``, as SageMaker and MLflow have them.

        Raises
        ------
        RequestError
            A ValueError with the HTTP ``status``.
        """
        request = _request("/invocations", body, content_type or CSV)
        sent = invocations.rows_of(self.service, request)
        return Outcome(self.service.predict(sent, request, "/invocations"), sent.headless)

    def score(self, body: bytes | str) -> Any:
        """Predict the rows of a request to ``/score``, as Azure ML has them: JSON, or CSV.

        Returns
        -------
        list of dict

        Raises
        ------
        RequestError
            A ValueError with the HTTP ``status``.
        """
        text = body.decode("utf-8-sig", errors="replace") if isinstance(body, bytes) else body
        kind = JSON if text.lstrip()[:1] in ("{", "[") else CSV
        return json.loads(azure.score(self.service, _request("/score", body, kind)).body)


def load(folder: Path) -> Embedded:
    """Check an unpacked bundle, load it, and predict its sample once.

    Raises
    ------
    GlassbenchError
        When it is not as it was exported.
    """
    files, manifest = open_files(folder)
    service = Service(files, manifest, Settings(keep_log=False))
    for note in differences(manifest):
        _logger.warning(note)
    service.warm_up()
    return Embedded(service)


def _request(path: str, body: bytes | str, content_type: str) -> Request:
    data = body.encode("utf-8") if isinstance(body, str) else bytes(body)
    return Request("POST", path, headers={"content-type": content_type}, body=data, id=uuid.uuid4().hex)


def _plain(values: pd.Series[Any]) -> pd.Series[Any]:
    """Numbers as they are; texts as objects, since their type is one that older pandas does not know."""
    return values if values.dtype.kind in "fiu" else pd.Series(values.tolist(), dtype=object)


def _is_columns(value: Mapping[str, Any]) -> bool:
    return any(not isinstance(cells, str) and hasattr(cells, "__len__") for cells in value.values())
