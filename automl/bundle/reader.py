"""Open a bundle: everything checked before anything of it is used."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import pandas as pd

from automl.data import Dataset, RawTable, Schema
from automl.errors import BundleError, GlassbenchError
from automl.task import Task

from .checking import Checked, verify
from .documents import DAMAGED, read_json
from .explaining import CERTIFICATE
from .manifest import Opened, open_bundle
from .reviewing import reviewed_of
from .scoring import Scorer, read_own_csv
from .signing import read_public_key
from .single import Predicted
from .versions import differences

if TYPE_CHECKING:
    from automl.data.review import ReviewedSchema
    from explain import Explanation
    from explain.certificate import Certificate
    from explain.stored import Stored

__all__ = ["Bundle", "Source", "load_bundle", "read_bundle"]

Source = pd.DataFrame | str | os.PathLike[str] | RawTable
Missing = Literal["error", "missing"]
Result = TypeVar("Result", bound="Stored")


class Bundle:
    """A model with all that is known about it, out of a checked zip or folder.

    Made by :func:`read_bundle`. Rows may be given as a file's path, a DataFrame as pandas reads it, or a
    RawTable; all of them pass the same gate as the training rows did.

    Attributes
    ----------
    path : Path
    manifest : dict
        Hashes, versions and lineage, as FORMAT.md describes them.
    signed : Signed
        Who vouches for it.
    schema : Schema
        Of the columns that the model reads.
    task : Task
        What is predicted.
    model : fitted scikit-learn estimator
    """

    def __init__(self, path: Path, opened: Opened) -> None:
        files = opened.files
        self.path = path
        self.manifest = opened.manifest
        self.signed = opened.signed
        self._files = files
        self._scorer = Scorer.from_files(files)
        try:
            self.task = Task.from_json(read_json(files, "task.json"))
        except (GlassbenchError, *DAMAGED) as error:
            raise BundleError(
                f"The task of the bundle is damaged ({error}).", fix="Export the model again."
            ) from error

    def __repr__(self) -> str:
        return f"Bundle({str(self.path)!r})"

    @property
    def schema(self) -> Schema:
        """The schema of the columns that the model reads."""
        return self._scorer.schema

    @property
    def model(self) -> Any:
        """The fitted scikit-learn estimator: DataFrame in, predictions out."""
        return self._scorer.model

    @property
    def scorer(self) -> Scorer:
        """What turns rows into predictions, and intervals around them."""
        return self._scorer

    def file(self, name: str) -> bytes | None:
        """Return a file of the bundle as it was exported, None where it has none of this name."""
        return self._files.get(name)

    @property
    def metrics(self) -> dict[str, Any]:
        """Scores with intervals, and the leaderboard."""
        metrics: dict[str, Any] = self._json("metrics.json")
        return metrics

    @property
    def notes(self) -> list[str]:
        """What differs between the packages here and those that the bundle was made with."""
        return differences(self.manifest)

    def coerce(self, source: Source, *, missing_columns: Missing = "error") -> Dataset:
        """Read rows and pass them through the schema's gate; its findings say what was odd about them."""
        return self._scorer.coerce(source, missing_columns=missing_columns)

    def predict(self, source: Source, *, missing_columns: Missing = "error") -> Any:
        """Return labels or values, shape (n,)."""
        return self._scorer.predict(self.coerce(source, missing_columns=missing_columns).frame)

    def predict_proba(self, source: Source, *, missing_columns: Missing = "error") -> Any:
        """Return probabilities in the order of ``task.classes``, shape (n, K).

        Raises
        ------
        BundleError
            For a regression.
        """
        return self._scorer.predict_proba(self.coerce(source, missing_columns=missing_columns).frame)

    def predictions(
        self, source: Source, *, interval: float | None = None, missing_columns: Missing = "error"
    ) -> pd.DataFrame:
        """Return what ``predict.py`` writes: ``prediction`` and, for classes, ``probability_<label>``.

        With `interval`, such as 0.9, also the ends ``low`` and ``high`` of an interval, or the ``set`` of
        labels, that holds the truth with this probability.
        """
        frame = self.coerce(source, missing_columns=missing_columns).frame
        return self._scorer.predictions(frame, interval=interval)

    def predict_rows(
        self, rows: Sequence[Mapping[str, Any]], *, missing_columns: Missing = "error"
    ) -> Predicted:
        """Predict rows that are dicts; few of them take microseconds where the bundle has a proven plan.

        Returns
        -------
        Predicted
            Predictions and probabilities, and what was odd about the rows.
        """
        return self._scorer.predict_rows(rows, missing_columns=missing_columns)

    @property
    def fast_path(self) -> dict[str, Any]:
        """What was proven of the plan at export."""
        return dict(self.manifest["fast_path"])

    def sample(self) -> pd.DataFrame:
        """Return the canonical rows that the bundle carries as its sample."""
        return self._rows("sample_input.csv")

    def background(self) -> pd.DataFrame:
        """Return the canonical training rows that explanations compare with."""
        return self._rows("background.csv")

    def explain(
        self,
        source: Source | None = None,
        *,
        seed: int = 0,
        time_budget: float | None = None,
        **settings: Any,
    ) -> Explanation:
        """Explain the predictions of some rows.

        Parameters
        ----------
        source : rows, optional
            Default: the bundle's sample.
        seed : int
        time_budget : float, optional
            Seconds.
        **settings
            Further arguments of ``explain.explain``, such as ``scale``.
        """
        import explain

        rows = self.sample() if source is None else self.coerce(source).frame
        return explain.explain(
            self.model, rows, self.background(), seed=seed, time_budget=time_budget, **settings
        )

    def reviewed(self) -> ReviewedSchema | None:
        """Return what rows must be like, if the model was learned with a reviewed schema."""
        return reviewed_of(self._files, self.schema)

    def explanation(self) -> Explanation | None:
        """Return the global explanation that was exported, if there was one."""
        from explain import Explanation

        return self._stored(Explanation, "explanation.json")

    def card(self, form: Literal["markdown", "html"] = "markdown") -> str:
        """Return the model card."""
        return self._text("MODEL_CARD.md" if form == "markdown" else "model_card.html")

    def certificate(self) -> Certificate | None:
        """Return how explanations fared against brute force at export, if they were exported."""
        from explain.certificate import Certificate

        return self._stored(Certificate, CERTIFICATE)

    def report(self) -> str:
        """Return the report as an HTML page.

        Raises
        ------
        BundleError
            When it was too large to be exported along.
        """
        return self._text("report.html")

    def verify(self) -> Checked:
        """Re-score the sample and compare with the predictions recorded at export.

        Raises
        ------
        BundleError
            When they differ.
        """
        return verify(self._files, self._scorer)

    def _rows(self, name: str) -> pd.DataFrame:
        if name not in self._files:
            raise BundleError(f"The bundle has no {name}.", fix="Export the model again.")
        return self.schema.coerce(read_own_csv(self._files[name])).frame

    def _stored(self, kind: type[Result], name: str) -> Result | None:
        """A result of `explain`, None where it was not exported."""
        if name not in self._files:
            return None
        from explain import ExplainError

        try:
            return kind.from_json(self._json(name))
        except (ExplainError, *DAMAGED) as error:
            raise BundleError(f"{name} is damaged ({error}).", fix="Export the model again.") from error

    def _json(self, name: str) -> Any:
        return read_json(self._files, name)

    def _text(self, name: str) -> str:
        if name not in self._files:
            raise BundleError(f"The bundle has no {name}.", fix="Export the model again.")
        return self._files[name].decode("utf-8")


def read_bundle(path: str | os.PathLike[str], *, keys: Sequence[str | os.PathLike[str]] = ()) -> Bundle:
    """Open a bundle: a zip, or the folder it was unpacked to.

    Parameters
    ----------
    path : path
    keys : sequence of path
        Files of public keys. Where there are some, only a bundle that one of them signed is opened.

    Raises
    ------
    BundleError
        When it is no bundle, was altered after its export, or holds anything that Glassbench never writes:
        files that lead out of it, more data than a bundle has, or types in the model that are not allowed;
        or when its signature is wrong, or missing where keys are given.
    """
    place = Path(path)
    if not place.exists():
        raise BundleError(f"There is no file {str(place)!r}.", fix="Check the path.")
    return Bundle(place, open_bundle(place, [read_public_key(Path(key)) for key in keys]))


#: The name of the Python interface.
load_bundle = read_bundle
