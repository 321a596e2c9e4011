"""What can be typed about telling a run to an MLflow server. Imports argparse alone."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

__all__ = ["add_track", "add_track_options"]

Adds = Callable[[argparse.ArgumentParser], None]

_SENT = """\
What is sent: the settings, the names of the columns and hashes of the data, each trial with its
parameters, scores and times while the search goes on; then the leaderboard, the report, the model card and
the explanation (these show values of some rows) and the model itself, as a version in the registry.
Credentials are taken from the environment (MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and
MLFLOW_TRACKING_PASSWORD) and written nowhere.
"""


def add_track_options(parser: argparse.ArgumentParser) -> None:
    """Give `fit` and `resume` the options about tracking."""
    tracking = parser.add_argument_group(
        "tracking", "Nothing is sent anywhere unless it is asked for, here or in GLASSBENCH_TRACK."
    )
    tracking.add_argument(
        "--track",
        nargs="?",
        const=True,
        metavar="URI",
        help="tell the MLflow server there of the run as it goes on (default: that of MLFLOW_TRACKING_URI)",
    )
    tracking.add_argument(
        "--no-track",
        action="store_const",
        const=False,
        dest="track",
        help="send nothing, whatever GLASSBENCH_TRACK says",
    )
    _add_ways(tracking, "track-")


def add_track(verbs: Any, run: str, finish: Adds) -> None:
    """Give a parser the verb `track`.

    Parameters
    ----------
    verbs : subparsers action
    run : str
        What a run can be given as.
    finish : callable
        Adds what all verbs about runs have.
    """
    track = verbs.add_parser(
        "track",
        help="tell an MLflow server of a run, also afterwards",
        description="Tell an MLflow server of a run: what it knows already is not sent again. For runs that "
        "were not tracked, and for what could not be sent at the time.",
        epilog=_SENT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    track.add_argument("run", metavar="RUN", help=run)
    track.add_argument("--to", metavar="URI", help="address of the server (default: as the run was started)")
    _add_ways(track, "")
    track.add_argument(
        "--background", action="store_true", help="return at once; a process of its own goes on"
    )
    finish(track)


def _add_ways(parser: Any, prefix: str) -> None:
    parser.add_argument(
        f"--{prefix}experiment",
        dest="track_experiment",
        metavar="NAME",
        help="of the experiment there (default: the run's name)",
    )
    parser.add_argument(
        f"--{prefix}alias",
        dest="track_alias",
        metavar="ALIAS",
        help="that shall point at the registered model, such as challenger or champion",
    )
    parser.add_argument(
        f"--no-{prefix}model",
        action="store_const",
        const=False,
        default=None,
        dest="track_model",
        help="do not register the finished model",
    )
