"""A run and its verbs: search, compare, explain, report, export.

This is the Python interface, and what the terminal and the jobs call. Nothing heavy is imported before a
verb needs it, so that the pages can hold a `Run` as well.
"""

from automl.run.create import create_run, fit, load_run
from automl.run.verbs import Run

__all__ = ["Run", "create_run", "fit", "load_run"]
