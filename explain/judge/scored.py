"""Rows with what happened and what the model said: the one input of everything that judges a model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError
from .alike import checked_groups, design_effect

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Kind = Literal["binary", "multiclass", "regression"]


@dataclass(frozen=True, eq=False)
class Scored:
    """Rows, truth and predictions, checked once. Make one with :meth:`of_model` or :meth:`of_predictions`.

    Attributes
    ----------
    frame : DataFrame of shape (n, M)
        Raw columns.
    truth : array of shape (n,)
        Positions in ``classes``; target values for regression.
    prediction : array of shape (n,)
        The same for what was predicted (the decision of a classifier).
    probability : array of shape (n, K) or None
    classes : tuple of length K, or None for regression
        Of two classes the last is the positive one.
    weight : array of shape (n,) or None
    groups : array of int, shape (n,), or None
        Which rows belong together, such as those of one customer.
    """

    frame: pd.DataFrame
    truth: NDArray[Any]
    prediction: NDArray[Any]
    probability: Floats | None
    classes: tuple[Any, ...] | None
    weight: Floats | None
    groups: Ints | None = None

    @classmethod
    def of_model(
        cls,
        model: Any,
        X: pd.DataFrame,
        y: ArrayLike,
        *,
        sample_weight: ArrayLike | None = None,
        groups: ArrayLike | None = None,
    ) -> Scored:
        """What a fitted estimator or pipeline says of rows that it did not learn from.

        Parameters
        ----------
        model : fitted scikit-learn estimator or pipeline
        X : DataFrame of shape (n, M)
        y : array-like of shape (n,)
        sample_weight : array-like of shape (n,), optional
        groups : array-like of shape (n,), optional
            Which rows belong together, such as those of one customer: intervals allow for that.
        """
        from ..outputs import model_classes

        classes = model_classes(model)
        probability = model.predict_proba(X) if classes and hasattr(model, "predict_proba") else None
        return cls.of_predictions(
            X,
            y,
            prediction=model.predict(X),
            probability=probability,
            classes=classes,
            sample_weight=sample_weight,
            groups=groups,
        )

    @classmethod
    def of_predictions(
        cls,
        X: pd.DataFrame,
        y: ArrayLike,
        *,
        prediction: ArrayLike | None = None,
        probability: ArrayLike | None = None,
        classes: tuple[Any, ...] | None = None,
        threshold: float = 0.5,
        sample_weight: ArrayLike | None = None,
        groups: ArrayLike | None = None,
    ) -> Scored:
        """Predictions that were made elsewhere, such as out-of-fold ones.

        Parameters
        ----------
        X : DataFrame of shape (n, M)
        y : array-like of shape (n,)
            Class labels, or target values.
        prediction : array-like of shape (n,), optional
            Labels or values. By default the most probable class, of two classes by ``threshold``.
        probability : array-like of shape (n, K) or (n,), optional
            By class, or that of the positive class.
        classes : tuple, optional
            Labels in the order of ``probability``; None without probabilities means regression.
        threshold : float
        sample_weight : array-like of shape (n,), optional
        groups : array-like of shape (n,), optional
            As for :meth:`of_model`.

        Raises
        ------
        InputError
            If lengths differ, values are missing, or labels are not among the classes.
        """
        if not isinstance(X, pd.DataFrame):
            raise InputError(f"Expected X as a pandas DataFrame of raw columns, found {type(X).__name__}.")
        n = len(X)
        if not n:
            raise InputError("Expected at least one row, found none.")
        given = None if probability is None else _probabilities(probability, n)
        if given is not None and classes is None:
            found = sorted(pd.unique(pd.Series(np.asarray(y))).tolist())
            if len(found) != given.shape[1]:
                raise InputError(
                    f"Expected `classes` to name the {given.shape[1]} columns of the probabilities; the "
                    f"truth has {len(found)} labels, so the order cannot be guessed."
                )
            classes = tuple(found)
        if classes is not None and given is not None and len(classes) != given.shape[1]:
            raise InputError(f"Expected probabilities of {len(classes)} classes, found {given.shape[1]}.")
        if prediction is None and given is None:
            raise InputError("Expected `prediction`, `probability` or both, found neither.")
        read = _codes if classes is not None else _numbers
        truth = read("y", y, n, classes)
        if prediction is not None:
            decided = read("prediction", prediction, n, classes)
        else:
            assert given is not None
            decided = (
                (given[:, 1] >= threshold).astype(np.int64)
                if given.shape[1] == 2
                else given.argmax(axis=1).astype(np.int64)
            )
        weight = checked_weight(sample_weight, n)
        together = None if groups is None else checked_groups(groups, n)
        return cls(X.reset_index(drop=True), truth, decided, given, classes, weight, together)

    @property
    def rows(self) -> int:
        """Number n of rows."""
        return len(self.truth)

    @property
    def kind(self) -> Kind:
        """What was predicted."""
        if self.classes is None:
            return "regression"
        return "binary" if len(self.classes) == 2 else "multiclass"

    def weights(self) -> Floats:
        """How much each row counts: ones where nothing was given."""
        return np.ones(self.rows) if self.weight is None else self.weight

    @cached_property
    def inflation(self) -> float:
        """By how much means of these rows vary more than those of independent ones, at least 1."""
        return design_effect(self._judged(), self.groups)

    def _judged(self) -> Iterator[Floats]:
        """What rates and errors are means of."""
        if self.classes is None:
            off = self.truth - self.prediction
            yield from (self.truth, self.prediction, off, np.abs(off))
            return
        yield (self.truth == self.prediction).astype(np.float64)
        for k in range(len(self.classes)):
            yield (self.truth == k).astype(np.float64)
            yield (self.prediction == k).astype(np.float64)
            if self.probability is not None:
                yield self.probability[:, k]

    def class_index(self, label: Any = None) -> int:
        """Position of a class given by its label; by default the last.

        Raises
        ------
        InputError
            If there is no such class.
        """
        if self.classes is None:
            raise InputError("Expected predictions of a classifier, found those of a regression.")
        if label is None:
            return len(self.classes) - 1
        names = [str(name) for name in self.classes]
        if str(label) not in names:
            raise InputError(f"Expected a class out of {', '.join(names)}, found {label!r}.")
        return names.index(str(label))

    def need_probability(self) -> Floats:
        """The probabilities.

        Raises
        ------
        InputError
            If there are none.
        """
        if self.probability is None:
            raise InputError(
                "Expected probabilities, found labels or values only; give `probability` or use a model that "
                "has predict_proba."
            )
        return self.probability


def checked_weight(weight: ArrayLike | None, n: int) -> Floats | None:
    """Weights of shape (n,), not negative and not all zero.

    Raises
    ------
    InputError
        If they are anything else.
    """
    if weight is None:
        return None
    values = np.asarray(weight, dtype=np.float64)
    if values.shape != (n,):
        raise InputError(f"Expected sample_weight of shape ({n},), found {values.shape}.")
    if not np.isfinite(values).all() or (values < 0).any() or not values.sum() > 0:
        raise InputError("Expected sample_weight of finite numbers of at least 0 that are not all 0.")
    return values


def _probabilities(probability: ArrayLike, n: int) -> Floats:
    values = np.asarray(probability, dtype=np.float64)
    if values.ndim == 1:
        values = np.column_stack([1.0 - values, values])
    if values.ndim != 2 or len(values) != n or values.shape[1] < 2:
        raise InputError(f"Expected probabilities of shape ({n}, classes), found {values.shape}.")
    if not np.isfinite(values).all() or values.min() < -1e-9 or values.max() > 1 + 1e-9:
        raise InputError(
            "Expected probabilities between 0 and 1, found others; margins need to be turned first."
        )
    return np.clip(values, 0.0, 1.0)


def _codes(name: str, labels: ArrayLike, n: int, classes: tuple[Any, ...] | None) -> Ints:
    assert classes is not None
    values = pd.Series(np.asarray(labels).ravel())
    if len(values) != n:
        raise InputError(f"Expected {name} of length {n}, found {len(values)}.")
    codes = pd.Index(classes).get_indexer(pd.Index(values))
    if (codes < 0).any():  # such as 1.0 read from a file where the model knows 1, or "1"
        codes = pd.Index([str(label) for label in classes]).get_indexer(pd.Index(values.astype(str)))
    if (codes < 0).any():
        strange = values[codes < 0].iloc[0]
        raise InputError(
            f"Expected {name} with the labels {', '.join(map(str, classes))}, found {strange!r}; leave out "
            "rows without a known label."
        )
    return np.asarray(codes, dtype=np.int64)


def _numbers(name: str, values: ArrayLike, n: int, classes: tuple[Any, ...] | None) -> Floats:
    try:
        numbers = np.asarray(values, dtype=np.float64).ravel()
    except (TypeError, ValueError):
        raise InputError(
            f"Expected {name} as numbers, or `classes` to say which labels there are; found "
            f"{type(values).__name__}."
        ) from None
    if len(numbers) != n:
        raise InputError(f"Expected {name} of length {n}, found {len(numbers)}.")
    if not np.isfinite(numbers).all():
        raise InputError(f"Expected {name} of finite numbers; leave out rows where it is missing.")
    return numbers
