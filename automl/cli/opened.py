"""The catalogue of the home that was typed, with all runs in it that have ended."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager

from automl.cli.console import Console
from automl.store import Home
from automl.store.catalogue import Catalogue, catch_up, open_catalogue

__all__ = ["day", "opened", "short"]


@contextmanager
def opened(options: Namespace, console: Console) -> Iterator[Catalogue]:
    """Open the catalogue, and register the runs that it does not know yet."""
    home = Home(options.home).path
    with open_catalogue(home) as catalogue:
        catch_up(catalogue, home, problem=lambda text: console.note(f"note: {text}"))
        yield catalogue


def day(moment: float | None) -> str:
    """A time as people write it."""
    return "–" if moment is None else time.strftime("%Y-%m-%d %H:%M", time.gmtime(moment))


def short(digest: str | None) -> str:
    """The beginning of a hash."""
    return "–" if digest is None else digest[:12]
