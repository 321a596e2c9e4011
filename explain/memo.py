"""What was found out about a model and a background once, kept for the next rows."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Found = TypeVar("Found")


class Memo:
    """Answers by key, for as long as one model is explained against one background.

    Keys hold the ``id`` of fitted objects, since estimators cannot be hashed by value; the objects are held
    along with the answers, so that no other one can take their place.
    """

    def __init__(self) -> None:
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
