"""What was found out about a model and a background once, kept for the next rows."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from .outputs import Floats
    from .shortcuts import Shortcuts

Found = TypeVar("Found")


class Memo:
    """Answers by key, for as long as one model is explained against one background.

    Keys hold the ``id`` of fitted objects, since estimators cannot be hashed by value; the objects are held
    along with the answers, so that no other one can take their place.

    Parameters
    ----------
    shortcuts : Shortcuts, optional
        Shorter ways to what the model's parts say.
    """

    def __init__(self, shortcuts: Shortcuts | None = None) -> None:
        self._shortcuts = shortcuts
        self._found: dict[Hashable, tuple[Any, Any]] = {}

    def recall(self, key: Hashable, owner: Any, find: Callable[[], Found]) -> Found:
        """The answer kept under a key; found out now if there is none yet.

        Parameters
        ----------
        key : hashable
        owner : object
            What the ids in the key belong to.
        find : callable
            Gives the answer.
        """
        if key not in self._found:
            self._found[key] = (owner, find())
        answer: Found = self._found[key][1]
        return answer

    def transform(self, transformer: Any, rows: Any) -> Any:
        """What a fitted pipeline of transformers makes of rows."""
        made = None
        if self._shortcuts is not None:
            made = self._shortcuts.transform([step for _, step in transformer.steps], rows)
        return transformer.transform(rows) if made is None else made

    def predict(self, estimator: Any, scale: str, rows: Any) -> Floats:
        """Outputs of a fitted estimator on a scale, shape (R, K); see :func:`explain.outputs.predictor`."""
        from .outputs import predictor, shaped  # loads scikit-learn, which who only reads results need not

        methods = {"probability": "predict_proba", "target": "predict"}
        if self._shortcuts is not None and scale in methods:
            found = self._shortcuts.outputs(estimator, methods[scale], rows)
            if found is not None:
                return shaped(found, scale)
        return predictor(estimator, scale)(rows)
