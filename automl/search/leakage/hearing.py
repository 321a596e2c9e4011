"""When the court sits: beside the search, within a small share of its budget.

The share is counted in processor time. The court is one thread beside the workers, and where they take all
cores it gets its turn only now and then; the end of the search ends it in any case.
"""

from __future__ import annotations

import threading
import time

from automl.data import Finding
from automl.search.leakage.court import FILE, hear
from automl.search.leakage.words import not_examined, with_findings
from automl.search.prepare import Prepared
from automl.store import RunFolder

__all__ = ["Hearing", "seconds_of"]

_SHARE, _MOST_SECONDS = 0.03, 5.0


def seconds_of(budget: float) -> float:
    """Processor seconds that the court may take of a budget."""
    return min(_SHARE * budget, _MOST_SECONDS)


class Hearing:
    """The court at work in a thread, while the workers search.

    Parameters
    ----------
    folder : RunFolder
    prepared : Prepared
    timed : bool
        Whether its time is limited. Otherwise only the size of the sample follows from the
        budget: the same run gives the same findings.
    """

    def __init__(self, folder: RunFolder, prepared: Prepared, *, timed: bool) -> None:
        self._folder = folder
        self._prepared = prepared
        self._timed = timed
        self._seconds = seconds_of(folder.spec["budget"])
        self._closing = False
        self._thread = threading.Thread(target=self._sit, name="leakage-court", daemon=True)

    def begin(self) -> None:
        """Start, unless an earlier session of the run has heard the case."""
        if self._folder.has(FILE):
            return
        self._thread.start()

    def end(self) -> None:
        """Wait for the findings; where time counts, what has not been heard by now stays unheard."""
        if self._thread.ident is None:
            return
        self._closing = self._timed
        self._thread.join()

    def _sit(self) -> None:
        before = self._folder.read("findings.json", [])
        try:
            findings = hear(self._folder, self._prepared, seconds=self._seconds, until=self._is_over)
        except Exception as error:  # noqa: BLE001 - no suspicion is worth a search: it is said, and goes on
            findings = [not_examined(f"the search for it failed ({type(error).__name__}: {error})")]
        self._folder.write("findings.json", with_findings(before, findings))
        self._folder.write(
            FILE,
            {"seconds": time.thread_time(), "findings": [finding.to_json() for finding in findings]},
        )
        self._folder.add_event("leakage_heard", findings=[_name(finding) for finding in findings])

    def _is_over(self) -> bool:
        return self._closing or (self._timed and time.thread_time() >= self._seconds)


def _name(finding: Finding) -> str:
    return f"{finding.code}: {finding.column}" if finding.column else finding.code
