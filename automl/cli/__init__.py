"""The verbs from a terminal: `automl fit`, `resume`, `runs`, `leaderboard`, `explain`, `export`, `predict` …

Exit codes: 0 done, 1 could not be done, 2 wrong usage, 130 interrupted by Ctrl-C.
"""

from automl.cli.command import main

__all__ = ["main"]
