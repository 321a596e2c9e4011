"""What is wrong with a request, as data: which row and column, what was expected and found, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..errors import GlassbenchError

__all__ = ["Problem", "RequestError", "bad_request", "unprocessable"]

#: More problems than these are counted and not listed.
MOST_LISTED = 100


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with the rows of a request.

    Parameters
    ----------
    code : str
        Stable name of the kind of problem, such as ``"not_a_number"``.
    message : str
        One plain sentence.
    fix : str
        What to do about it.
    row : int, optional
        Position of the row in the request, counted from 0; None when it is all rows.
    column : str, optional
    expected, found : str, optional
    """

    code: str
    message: str
    fix: str = ""
    row: int | None = None
    column: str | None = None
    expected: str | None = None
    found: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The problem as JSON values, without what does not apply."""
        return {name: value for name, value in asdict(self).items() if value not in (None, "")}


class RequestError(GlassbenchError, ValueError):
    """A request that is not answered, and why.

    Parameters
    ----------
    status : int
        HTTP status, 4xx or 503.
    code : str
        Stable name of the reason, such as ``"too_many_rows"``.
    message, fix : str
        As of every error; sent to the client, so nothing of the server's insides is in them.
    problems : sequence of Problem
        What is wrong with single rows and columns.
    more : int
        Problems beside these.
    headers : sequence of (name, value)
        For the response.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        fix: str = "",
        problems: Sequence[Problem] = (),
        more: int = 0,
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(message, fix=fix)
        self.status = status
        self.code = code
        self.problems = tuple(problems[:MOST_LISTED])
        self.more = more + len(problems) - len(self.problems)
        self.headers = tuple(headers)

    def to_json(self) -> dict[str, Any]:
        """The error as JSON values."""
        told: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.fix:
            told["fix"] = self.fix
        if self.problems:
            told["problems"] = [problem.to_json() for problem in self.problems]
        if self.more:
            told["more_problems"] = self.more
        return told

    def sentence(self) -> str:
        """The error in one text, with its first problems: for protocols that have room for nothing else."""
        parts = [f"{self.message} {self.fix}".strip()]
        for problem in self.problems[:5]:
            place = "" if problem.row is None else f"Row {problem.row}: "
            parts.append(f"{place}{problem.message} {problem.fix}".strip())
        left = len(self.problems) - 5 + self.more
        return " ".join(parts) + (f" ({left:,} more)" if left > 0 else "")


def bad_request(message: str, fix: str = "", *, code: str = "bad_request") -> RequestError:
    """A request that cannot be read at all."""
    return RequestError(400, code, message, fix=fix)


def unprocessable(problems: Sequence[Problem], more: int = 0) -> RequestError:
    """A request that was read, with rows that the model must not be asked about."""
    count = len(problems) + more
    noun = "problem" if count == 1 else "problems"
    return RequestError(
        422, "invalid_rows", f"{count:,} {noun} in the rows; nothing was predicted.", problems=problems,
        more=more,
    )  # fmt: skip
