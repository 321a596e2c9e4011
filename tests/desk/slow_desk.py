"""A desk with a slow question, a quick one, and something to go on with: `slow_desk.py RUN SOCKET IDLE`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from automl.desk.server import Server, bind


class SlowAnswers:
    """Counts what it does in idle time."""

    def __init__(self) -> None:
        self.refined = self.dropped = 0

    def answer(
        self,
        question: str,
        params: dict[str, Any],
        seconds: float | None,
        progress: Callable[[float], None] | None,
    ) -> dict[str, Any]:
        if question == "slow":
            for step in range(40):
                time.sleep(0.05)
                assert progress is not None
                progress(step / 40)
        if question == "broken":
            raise KeyError("a secret of the table")
        return {
            "question": question,
            "at": time.monotonic(),
            "refined": self.refined,
            "dropped": self.dropped,
        }

    def is_slow(self, question: str) -> bool:
        return question == "slow"

    def is_stale(self) -> bool:
        return False

    def is_refining(self) -> bool:
        return self.refined < 3

    def refine(self, wanted: Callable[[], bool]) -> bool:
        if self.refined >= 3:
            return False
        for _ in range(10):
            time.sleep(0.02)
            if wanted():
                self.dropped += 1
                return True
        self.refined += 1
        return True


if __name__ == "__main__":
    Server(
        bind(Path(sys.argv[2])), Path(sys.argv[1]), lambda _say: SlowAnswers(), idle=float(sys.argv[3])
    ).serve()
