"""Long work in processes of its own: start, watch, cancel, resume.

A job survives the server that started it, the terminal and the browser tab. All that others need to know of
it stands in its folder, and whether it lives is told by a lock that the kernel frees when it dies.
"""

from automl.jobs.control import await_explanation, cancel, launch, resume, stop, wait
from automl.jobs.state import JobState, jobs, state
from automl.jobs.turn import Place, place, start_now, to_front

__all__ = [
    "JobState",
    "Place",
    "await_explanation",
    "cancel",
    "jobs",
    "launch",
    "place",
    "resume",
    "start_now",
    "state",
    "stop",
    "to_front",
    "wait",
]
