"""Load a model file in two passes: audit its description against the lists in code, only then build it."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import BundleError
from .archive import Limits, check_sizes
from .audit import audit
from .canonical import SCHEMA, canonical, nodes
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
    """Write a fitted model in skops' format; the same model gives the same bytes, in any process.

    Raises
    ------
    BundleError
        When the model holds something that the format cannot hold.
    """
    from skops.io.exceptions import UnsupportedTypeException

    try:
        return canonical(_dumps(_slim(model)))
    except (UnsupportedTypeException, TypeError, ValueError, AttributeError) as error:
        raise BundleError(
            f"This model cannot be written as a skops file: {error}.",
            fix="Use a model made of scikit-learn and LightGBM classes only.",
        ) from error


def _dumps(model: Any) -> bytes:
    """What `skops.io.dumps` writes, its description without indents.

    Python writes those itself, instead of in C; for a vote of eighty models they took most of the time of an
    export.
    """
    import skops
    from skops.io._utils import SaveContext, get_state

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        context = SaveContext(archive)
        state = get_state(model, context)
        context.clear_memo()
        schema = state | {"protocol": context.protocol, "_skops_version": skops.__version__}
        archive.writestr(SCHEMA, json.dumps(schema))
    return stream.getvalue()


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
    schema, sizes = _described(data)
    types = audit(schema)
    _check_arrays(schema, sizes)
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
    """Return the model with each part of it held once; skops would write every place in full.

    The members of a vote are in three places, a classifier that is calibrated or has a threshold in two.
    """
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.ensemble import VotingClassifier, VotingRegressor
    from sklearn.frozen import FrozenEstimator
    from sklearn.model_selection import FixedThresholdClassifier
    from sklearn.pipeline import Pipeline

    slim = copy.copy(model)
    if isinstance(model, Pipeline):
        name, last = model.steps[-1]
        slim.steps = [*model.steps[:-1], (name, _slim(last))]
    elif isinstance(model, FixedThresholdClassifier) and isinstance(model.estimator, FrozenEstimator):
        slim.estimator = FrozenEstimator(_slim(model.estimator.estimator))
        del slim.estimator_
    elif isinstance(model, CalibratedClassifierCV):
        (pair,) = model.calibrated_classifiers_
        light = copy.copy(pair)
        light.estimator = _slim(pair.estimator)
        slim.estimator, slim.calibrated_classifiers_ = None, [light]
    elif isinstance(model, (VotingClassifier, VotingRegressor)):
        slim.estimators = [(name, None) for name, _ in model.estimators]
        del slim.named_estimators_
    else:
        return model
    return slim


def _restore(model: Any) -> None:
    """Put the parts back into the places that `_slim` emptied."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.ensemble import VotingClassifier, VotingRegressor
    from sklearn.frozen import FrozenEstimator
    from sklearn.model_selection import FixedThresholdClassifier
    from sklearn.pipeline import Pipeline
    from sklearn.utils import Bunch

    if isinstance(model, Pipeline):
        _restore(model.steps[-1][1])
    elif isinstance(model, FixedThresholdClassifier) and isinstance(model.estimator, FrozenEstimator):
        _restore(model.estimator.estimator)
        model.estimator_ = model.estimator
    elif isinstance(model, CalibratedClassifierCV) and model.estimator is None:
        model.estimator = model.calibrated_classifiers_[0].estimator
        _restore(model.estimator)
    elif isinstance(model, (VotingClassifier, VotingRegressor)) and not hasattr(model, "named_estimators_"):
        names = [name for name, _ in model.estimators]
        model.estimators = list(zip(names, model.estimators_, strict=True))
        model.named_estimators_ = Bunch(**dict(model.estimators))


def _check_arrays(schema: Any, sizes: Mapping[str, int]) -> None:
    """Refuse a description that names few arrays so often that they would fill the memory."""
    try:
        total = sum(sizes.get(node["file"], 0) for node in nodes(schema) if "file" in node)
    except (RecursionError, TypeError) as error:
        raise BundleError(
            f"The description of the model is damaged ({type(error).__name__}).", fix=_FIX
        ) from error
    if total > Limits.total_bytes:
        raise BundleError(
            f"The model file of {sum(sizes.values()):,} bytes would unpack to {total:,} bytes.", fix=_FIX
        )


def _described(data: bytes) -> tuple[Any, dict[str, int]]:
    """The description in a model file, and the sizes of all its parts; nothing of them is read."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            names = [entry.filename for entry in entries]
            if len(entries) > _MOST_ENTRIES or len(set(names)) != len(names):
                raise BundleError(
                    "The model file lists the same part twice, or far too many parts.", fix=_FIX
                )
            # Stored, as Glassbench writes it, so sizes are known before anything is read, and are true:
            # together no more than the file.
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
                raise BundleError(
                    "The model file is compressed inside, which Glassbench never does.", fix=_FIX
                )
            sizes = {entry.filename: entry.file_size for entry in entries}
            if sum(sizes.values()) > len(data):
                raise BundleError("The model file says that its parts are larger than itself.", fix=_FIX)
            for name in names:
                if name.endswith(".npz"):
                    packed = archive.read(name)
                    with zipfile.ZipFile(io.BytesIO(packed)) as inside:
                        check_sizes(inside.infolist(), len(packed))
                        sizes[name] = sum(entry.file_size for entry in inside.infolist())
            schema = json.loads(archive.read(SCHEMA))
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
    return schema, sizes
