"""Run folders: atomic files, a lock, and the home that holds them."""

from automl.store.home import Home
from automl.store.result import Headline, headline, tied_models
from automl.store.run_folder import ACTIVE_STATES, END_STATES, RunFolder, is_id
from automl.store.wanted import constraint_words, cost_words, weights_words

__all__ = [
    "ACTIVE_STATES",
    "END_STATES",
    "Headline",
    "Home",
    "RunFolder",
    "constraint_words",
    "cost_words",
    "headline",
    "is_id",
    "tied_models",
    "weights_words",
]
