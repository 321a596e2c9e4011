"""Run folders: atomic files, a lock, and the home that holds them."""

from automl.store.decision import confusion_words, decision_words, rule_words, ways
from automl.store.home import Home
from automl.store.queue import Queue, Ticket
from automl.store.result import (
    Headline,
    calibration_of,
    calibration_words,
    headline,
    more_rows_words,
    tied_models,
)
from automl.store.run_folder import ACTIVE_STATES, END_STATES, RunFolder, is_id
from automl.store.wanted import constraint_words, cost_words, weights_words

__all__ = [
    "ACTIVE_STATES",
    "END_STATES",
    "Headline",
    "Home",
    "Queue",
    "RunFolder",
    "Ticket",
    "calibration_of",
    "calibration_words",
    "confusion_words",
    "constraint_words",
    "cost_words",
    "decision_words",
    "headline",
    "is_id",
    "more_rows_words",
    "rule_words",
    "tied_models",
    "ways",
    "weights_words",
]
