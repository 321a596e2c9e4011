"""A loaded bundle that answers: the one path from rows as sent to predictions, whatever the protocol."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..bundle.explaining import BACKGROUND, document
from ..bundle.reviewing import reviewed_of
from ..bundle.scoring import Scorer
from ..errors import BundleError, SettingError
from ..plan import CompiledParts
from .answer import Answer, plain_columns
from .conformance import Conformance
from .gate import Gated, admit
from .http import Request
from .log import Entry, PredictionLog, records
from .metrics import Metrics
from .problems import RequestError, bad_request
from .quick import Quick
from .sent import Sent
from .settings import Settings

if TYPE_CHECKING:
    from explain import Explainer, Explanation
    from explain.row.plausible import Plausibility

__all__ = ["Service", "slug"]


class Service:
    """One bundle, ready to be asked.

    Parameters
    ----------
    files : mapping of name to bytes
        Of the bundle, compared with its manifest.
    manifest : mapping
    settings : Settings
    log : PredictionLog, optional

    Attributes
    ----------
    name, version : str
        Of the model in addresses.
    quick : Quick or None
        Answers requests of few rows in a moment, where the bundle has a proven plan.
    ready : bool
        Whether new requests are welcome.
    reviewed : ReviewedSchema or None
        What rows must be like, where the bundle says so.
    """

    def __init__(
        self,
        files: Mapping[str, bytes],
        manifest: Mapping[str, Any],
        settings: Settings,
        log: PredictionLog | None = None,
    ) -> None:
        self.files = files
        self.manifest = manifest
        self.settings = settings
        self.log = log
        self.name = settings.name or slug(str(manifest.get("name") or "model"))
        self.version = "1"
        self.ready = False
        self.scorer = Scorer.from_files(files)
        use_one_thread(self.scorer.model)
        plan = self.scorer.plan
        self.quick = None if plan is None else Quick(plan, self.scorer.schema, settings)
        self.target = str(manifest.get("target") or "")
        self.metrics = Metrics(
            {
                "model": self.name,
                "bundle_sha256": model_sha256(manifest),
                "glassbench": str(manifest.get("glassbench")),
            }
        )
        self.reviewed = reviewed_of(files, self.scorer.schema)
        if self.reviewed is None and settings.anomalies == "refuse":
            raise SettingError(
                "The bundle carries no reviewed schema by which rows could be refused.",
                fix="Learn the model with one (automl fit --schema), or leave --anomalies out.",
            )
        self._conformance = (
            None if self.reviewed is None else Conformance(self.reviewed, self.metrics, settings.anomalies)
        )
        self._explaining = threading.Lock()
        unknown = [name for name in settings.redact if name not in self.scorer.schema]
        if unknown:
            raise SettingError(
                f"The model reads no column {unknown[0]!r} to keep out of the log.",
                fix=f"Columns are: {', '.join(self.scorer.schema.names[:20])}.",
            )

    @cached_property
    def sample(self) -> pd.DataFrame:
        """Canonical rows that the bundle carries."""
        return self.scorer.sample(self.files["sample_input.csv"])

    @cached_property
    def outputs(self) -> dict[str, Any]:
        """The names of what is predicted, with a value of each."""
        predicted = self.scorer.predictions(self.sample.head(1))
        return {str(name): values.tolist()[0] for name, values in predicted.items()}

    @cached_property
    def background(self) -> pd.DataFrame:
        """Canonical rows that explanations compare with."""
        if BACKGROUND not in self.files:
            raise RequestError(
                501, "no_background", "This bundle carries no rows that explanations could compare with."
            )
        return self.scorer.sample(self.files[BACKGROUND])

    @cached_property
    def explainer(self) -> Explainer:
        """Explains rows as they come."""
        from explain import Explainer, ExplainError

        try:
            shortcuts = CompiledParts(self.scorer.schema)
            return Explainer(self.scorer.model, self.background, shortcuts=shortcuts)
        except ExplainError:
            raise RequestError(501, "not_explained", "This model cannot be explained.") from None

    @cached_property
    def _plausibility(self) -> Plausibility:
        """What the background rows hold."""
        from explain.row.plausible import Plausibility

        return Plausibility(self.background)

    def warm_up(self) -> None:
        """Predict some rows, so that the first client does not wait for what is made at first use."""
        for rows in (self.sample.head(1), self.sample):
            self.scorer.predictions(rows)
        if self.quick is not None:
            row = records(self.sample.head(1))[0]
            self.quick.answer(Sent({name: [cell] for name, cell in row.items()}, 1))
        self.ready = True

    def warm_up_explanations(self) -> None:
        """Explain a row, which compiles what is compiled at first use; may take seconds."""
        if BACKGROUND not in self.files:
            return
        with self._explaining:
            self.explainer.explain(self.sample.head(1), time_budget=1)

    def admit(self, sent: Sent, *, most: int | None = None) -> Gated:
        """Let rows through the gate, if they are not too many and not none."""
        self._check_count(sent, self.settings.max_rows if most is None else most)
        return admit(sent, self.scorer.schema, self.settings)

    def _check_count(self, sent: Sent, most: int) -> None:
        if sent.rows > most:
            raise RequestError(
                413, "too_many_rows", f"Expected at most {most:,} rows a request, found {sent.rows:,}.",
                fix="Send them in parts.",
            )  # fmt: skip
        if not sent.rows:
            raise bad_request("Expected at least one row, found none.", code="no_rows")

    def predict(self, sent: Sent, request: Request, route: str, *, interval: float | None = None) -> Answer:
        """Predict rows, count them and put them into the log.

        Raises
        ------
        RequestError
        """
        self._check_count(sent, self.settings.max_rows)
        found = None if self.quick is None or interval is not None else self.quick.answer(sent)
        rows: pd.DataFrame | Sequence[Mapping[str, Any]]
        if found is not None:
            rows, columns, warnings = found.rows, found.columns, found.warnings + self._broken(found.rows)
        else:
            gated = self.admit(sent)
            rows, warnings = gated.frame, gated.warnings + self._broken(gated.frame)
            columns = plain_columns(self.predictions(gated.frame, interval=interval))
        answer = Answer([f"{request.id}-{i}" for i in range(sent.rows)], columns, warnings)
        self.metrics.predicted(route, answer.columns["prediction"], numeric=self.scorer.classes is None)
        if warnings:
            self.metrics.warned(warning["code"] for warning in warnings)
        if self.log is not None:
            self.log.put(Entry(time.time(), answer.ids, route, rows, answer))
        return answer

    def _broken(self, rows: pd.DataFrame | Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
        """Warnings of what rows break of the reviewed schema, where the bundle has one."""
        return () if self._conformance is None else tuple(self._conformance.look_at(rows))

    def predictions(self, frame: pd.DataFrame, *, interval: float | None = None) -> pd.DataFrame:
        """Predict canonical rows."""
        try:
            return self.scorer.predictions(frame, interval=interval)
        except (BundleError, SettingError) as error:
            raise RequestError(422, "no_interval", error.message, fix=error.fix) from None

    def explain(self, frame: pd.DataFrame, seconds: float) -> Explanation:
        """Explain canonical rows; one request at a time, since each uses all that there is."""
        from explain import ExplainError

        self._take_turn(seconds)
        try:
            return self.explainer.explain(frame, time_budget=seconds)
        except ExplainError as error:
            raise RequestError(422, "not_explained", str(error)) from None
        finally:
            self._explaining.release()

    def what_if(self, row: pd.DataFrame, changes: Mapping[str, Any], seconds: float) -> Any:
        """Explain a row before and after a change."""
        from explain import InputError, what_if

        self._take_turn(seconds)
        try:
            return what_if(
                self.scorer.model,
                row,
                changes,
                self.background,
                plausibility=self._plausibility,
                explainer=self.explainer,
                time_budget=seconds,
            )
        except InputError as error:
            raise RequestError(422, "not_explained", str(error)) from None
        finally:
            self._explaining.release()

    def _take_turn(self, seconds: float) -> None:
        if not self._explaining.acquire(timeout=max(1.0, self.settings.timeout - seconds)):
            raise RequestError(
                503, "busy", "Explanations are busy, or only just being made ready.", fix="Try later.",
                headers=[("retry-after", "5")],
            )  # fmt: skip

    def class_explained(self, found: Any, output: str | None) -> str | None:
        """The class that a what-if is about: as asked, else of several the one now predicted."""
        from explain import InputError

        try:
            name: str | None = found.output_name(output)
        except InputError as error:
            raise RequestError(422, "unknown_class", str(error)) from None
        return name

    def document(self, explanation: Explanation, output: str | None) -> dict[str, Any]:
        """Explained rows as JSON values."""
        try:
            return document(explanation, list(range(len(explanation.data))), output)
        except SettingError as error:
            raise RequestError(422, "unknown_class", error.message, fix=error.fix) from None


def slug(name: str) -> str:
    """A name as addresses have it: letters, digits, dots, dashes and underscores."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._") or "model"


def model_sha256(manifest: Mapping[str, Any]) -> str:
    """What identifies the model, also in the prediction log."""
    return str(manifest["files"]["model/model.skops"]["sha256"])


def use_one_thread(model: Any) -> None:
    """Let every part of a loaded model work in the thread that asks it.

    Several requests are answered at the same time; threads of each would only wait for one another, which
    takes a hundred times as long as a row does.
    """
    for part in _parts(model, set()):
        if "n_jobs" in getattr(part, "__dict__", {}):
            part.n_jobs = 1


def _parts(thing: Any, seen: set[int]) -> list[Any]:
    """A fitted estimator and all estimators in its attributes."""
    if id(thing) in seen:
        return []
    seen.add(id(thing))
    if isinstance(thing, dict):
        children = list(thing.values())
    elif isinstance(thing, list | tuple):
        children = list(thing)
    elif hasattr(thing, "get_params"):
        children = list(vars(thing).values())
    else:
        return []
    own = [thing] if hasattr(thing, "get_params") else []
    return own + [part for child in children for part in _parts(child, seen)]
