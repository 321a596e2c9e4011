"""Tracking: a run as it happens on an MLflow server, told by a process that only reads the run's folder.

`checked_track` is what was asked for: an address, an experiment, an alias. A `Tracker` compares the folder
with its `Ledger`, which says what the server has acknowledged, and sends the rest; `follow` does so again and
again, and waits where the server cannot be reached. Who speaks to the server is a `Server`: `MlflowServer` is
the one there is, by the client that `automl publish` uses as well, so that all of MLflow's ways to log in
and to store artefacts are there. Nothing is sent anywhere unless that was asked for.
"""

from automl.tracking.asked import TRACK, URI, check_page, checked_track, default_track, track_by, untrack
from automl.tracking.following import follow
from automl.tracking.ledger import JOURNAL, Ledger
from automl.tracking.start import start
from automl.tracking.tracker import Tracker

__all__ = [
    "JOURNAL",
    "TRACK",
    "URI",
    "Ledger",
    "Tracker",
    "check_page",
    "checked_track",
    "default_track",
    "follow",
    "start",
    "track_by",
    "untrack",
]
