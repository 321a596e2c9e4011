"""Load a model file in two passes: audit its description against the lists in code, only then build it."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any

from ..errors import BundleError
from .audit import audit
from .structure import check_structure

__all__ = ["LoadedModel", "dump_model", "load_model"]

#: Files say which version of the format wrote them; older ones would be read by laxer code: refused.
_PROTOCOL = 2
_MOST_ENTRIES = 2_000_000
_FIX = "Do not use this bundle unless you know who made it; export the model again."


@dataclass(frozen=True)
class LoadedModel:
    """A model and the names of the types and functions that it is made of."""

    model: Any
    types: frozenset[str]

    def needs(self, package: str) -> bool:
        """Return whether any of its types come from a package."""
        return any(name.partition(".")[0] == package for name in self.types)


def dump_model(model: Any) -> bytes:
    """Write a fitted model in skops' format.

    Raises
    ------
    BundleError
        When the model holds something that the format cannot hold.
    """
    import skops.io
    from skops.io.exceptions import UnsupportedTypeException

    try:
        return bytes(skops.io.dumps(_slim(model)))
    except (UnsupportedTypeException, TypeError, ValueError, AttributeError) as error:
        raise BundleError(
            f"This model cannot be written as a skops file: {error}.",
            fix="Use a model made of scikit-learn and LightGBM classes only.",
        ) from error


def load_model(data: bytes) -> LoadedModel:
    """Audit, then build, then check the model of a bundle.

    Parameters
    ----------
    data : bytes
        Content of ``model.skops``.

    Raises
    ------
    BundleError
        When the file is no model file, or holds anything that is not on the lists of
        :mod:`~automl.bundle.allowed`.
    """
    types = audit(_schema(data))
    import skops.io

    try:
        # The second pass: skops audits again, trusting by name just what the first pass found and allowed.
        # Whatever fails then, the file is not to be used.
        model = skops.io.loads(data, trusted=sorted(types))
    except Exception as error:
        raise BundleError(
            f"The model file cannot be built ({type(error).__name__}: {error}).", fix=_FIX
        ) from error
    try:
        check_structure(model)
        _restore(model)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise BundleError(
            f"The model file is damaged ({type(error).__name__}: {error}).", fix=_FIX
        ) from error
    return LoadedModel(model, types)


def _slim(model: Any) -> Any:
    """Return the model with each of its parts held once; skops would write all places in full."""
    from sklearn.pipeline import Pipeline

    if not isinstance(model, Pipeline):
        return model
    slim = copy.copy(model)
    slim.steps = [*model.steps[:-1], (model.steps[-1][0], _slim_step(model.steps[-1][1]))]
    return slim


def _slim_step(step: Any) -> Any:
    from sklearn.ensemble import VotingClassifier, VotingRegressor
    from sklearn.frozen import FrozenEstimator
    from sklearn.model_selection import FixedThresholdClassifier

    slim = copy.copy(step)
    if isinstance(step, (VotingClassifier, VotingRegressor)):
        slim.estimators = [(name, None) for name, _ in step.estimators]
        del slim.named_estimators_
    elif isinstance(step, FixedThresholdClassifier) and isinstance(step.estimator, FrozenEstimator):
        slim.estimator = FrozenEstimator(_slim_step(step.estimator.estimator))
        del slim.estimator_
    else:
        return step
    return slim


def _restore(model: Any) -> None:
    """Put what `_slim` left out back into its places."""
    from sklearn.pipeline import Pipeline

    if isinstance(model, Pipeline):
        _restore_step(model.steps[-1][1])


def _restore_step(step: Any) -> None:
    from sklearn.ensemble import VotingClassifier, VotingRegressor
    from sklearn.frozen import FrozenEstimator
    from sklearn.model_selection import FixedThresholdClassifier
    from sklearn.utils import Bunch

    if isinstance(step, (VotingClassifier, VotingRegressor)) and not hasattr(step, "named_estimators_"):
        names = [name for name, _ in step.estimators]
        step.estimators = list(zip(names, step.estimators_, strict=True))
        step.named_estimators_ = Bunch(**dict(step.estimators))
    elif isinstance(step, FixedThresholdClassifier) and isinstance(step.estimator, FrozenEstimator):
        _restore_step(step.estimator.estimator)
        step.estimator_ = step.estimator


def _schema(data: bytes) -> Any:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            names = [entry.filename for entry in entries]
            if len(entries) > _MOST_ENTRIES or len(set(names)) != len(names):
                raise BundleError(
                    "The model file lists the same part twice, or far too many parts.", fix=_FIX
                )
            # Stored, as Glassbench writes it, so its size is known before it is read.
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
                raise BundleError(
                    "The model file is compressed inside, which Glassbench never does.", fix=_FIX
                )
            schema = json.loads(archive.read("schema.json"))
    except BundleError:
        raise
    except (zipfile.BadZipFile, KeyError, ValueError, RecursionError, NotImplementedError, EOFError) as error:
        raise BundleError(
            f"The model file is no skops file ({type(error).__name__}: {error}).", fix=_FIX
        ) from error
    if not isinstance(schema, dict) or schema.get("protocol") != _PROTOCOL or schema["protocol"] is True:
        found = schema.get("protocol") if isinstance(schema, dict) else None
        raise BundleError(
            f"Expected a model file of protocol {_PROTOCOL}, found {found!r}.",
            fix="Install the packages of the bundle's requirements.txt, or export the model again.",
        )
    return schema
