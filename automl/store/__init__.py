"""Run folders: atomic files, a lock, and the home that holds them."""

from automl.store.home import Home
from automl.store.run_folder import ACTIVE_STATES, END_STATES, RunFolder, is_id

__all__ = ["ACTIVE_STATES", "END_STATES", "Home", "RunFolder", "is_id"]
