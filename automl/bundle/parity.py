"""The portability certificate: which platforms' own software predicts what the bundle predicts.

``parity.json`` in the bundle, and a section of its card. The programs that ask the platforms are in
``tests/platforms``; `certify.py` there runs them and writes a certified copy.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from automl.errors import BundleError, SettingError
from explain.report import Paragraph, Section, Table
from explain.report.adding import add_to_html, add_to_markdown

from .checking import TOLERANCE
from .documents import read_json
from .manifest import open_bundle, seal
from .writer import hand_out

__all__ = ["PARITY", "Parity", "Proven", "read_parity", "write_parity"]

PARITY = "parity.json"
_VERSION = 1
_TITLE = "Where it predicts the same"


@dataclass(frozen=True)
class Proven:
    """One way to ask a platform, and how far its predictions are from the bundle's.

    Attributes
    ----------
    platform, version : str
        As the platform's own package says.
    route : str
        How it was asked.
    rows : int
    largest_difference : float
        Infinite where labels differ or predictions are missing.
    """

    platform: str
    version: str
    route: str
    rows: int
    largest_difference: float

    @property
    def same(self) -> bool:
        """Whether that is the same but for rounding."""
        return self.largest_difference <= TOLERANCE


@dataclass(frozen=True)
class Parity:
    """A portability certificate.

    Attributes
    ----------
    date : str
        Of the day, ISO 8601, as given by whoever made it.
    routes : tuple of Proven
    """

    date: str
    routes: tuple[Proven, ...]

    @property
    def platforms(self) -> list[tuple[str, str, tuple[Proven, ...]]]:
        """Name, version and routes of each platform, in the order of the routes."""
        groups: dict[tuple[str, str], list[Proven]] = {}
        for route in self.routes:
            groups.setdefault((route.platform, route.version), []).append(route)
        return [(name, version, tuple(routes)) for (name, version), routes in groups.items()]

    def to_json(self) -> dict[str, Any]:
        """As ``parity.json`` holds it; a difference that is infinite is null."""
        routes = []
        for route in self.routes:
            told = asdict(route)
            if not math.isfinite(route.largest_difference):
                told["largest_difference"] = None
            routes.append(told)
        return {"version": _VERSION, "date": self.date, "tolerance": TOLERANCE, "routes": routes}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Parity:
        """The certificate that `to_json` described.

        Raises
        ------
        BundleError
            When it is damaged.
        """
        try:
            if told["version"] != _VERSION:
                raise BundleError(
                    f"The portability certificate is of version {told['version']!r}; {_VERSION} can be read."
                )
            return cls(
                str(told["date"]),
                tuple(
                    Proven(
                        str(route["platform"]),
                        str(route["version"]),
                        str(route["route"]),
                        int(route["rows"]),
                        math.inf
                        if route["largest_difference"] is None
                        else float(route["largest_difference"]),
                    )
                    for route in told["routes"]
                ),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BundleError(
                f"The portability certificate is damaged ({type(error).__name__}: {error}).",
                fix="Make it again.",
            ) from error


def read_parity(files: Mapping[str, bytes]) -> Parity | None:
    """The certificate among the files of a bundle; None where there is none.

    Raises
    ------
    BundleError
    """
    if PARITY not in files:
        return None
    return Parity.from_json(read_json(files, PARITY))


def write_parity(bundle: str | os.PathLike[str], copy: str | os.PathLike[str], parity: Parity) -> Path:
    """Write a copy of a bundle that carries a certificate, also on its card.

    A signature does not come along: it was for the files without.

    Parameters
    ----------
    bundle, copy : path
        Of the zip as it is, and of the one to write.
    parity : Parity

    Returns
    -------
    Path
        Of the copy.

    Raises
    ------
    BundleError
        When the bundle is not as it was exported.
    SettingError
        When the date is none, or nothing was asked.
    """
    try:
        date.fromisoformat(parity.date)
    except ValueError:
        raise SettingError(f"{parity.date!r} is no date.", fix="Write it as 2026-11-28.") from None
    if not parity.routes:
        raise SettingError("A certificate needs at least one platform.", fix="Ask one.")
    opened = open_bundle(Path(bundle))
    section = Section(_TITLE, (Paragraph(_words(parity)), _table(parity.routes)))
    files = dict(opened.files)
    files[PARITY] = (json.dumps(parity.to_json(), ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    for name, add in (("MODEL_CARD.md", add_to_markdown), ("model_card.html", add_to_html)):
        if name in files:
            files[name] = add(files[name].decode("utf-8"), section).encode("utf-8")
    hand_out(Path(copy), seal(opened.manifest, files))
    return Path(copy)


def _words(parity: Parity) -> str:
    wrong = sorted({route.platform for route in parity.routes if not route.same})
    rows = max(route.rows for route in parity.routes)
    told = (
        f"On {parity.date} the platforms' own software was given {rows:,} rows, some of them with missing "
        "and unseen values, and its predictions were compared with this bundle's."
    )
    if not wrong:
        return f"{told} They are the same but for rounding (within {TOLERANCE:.0e})."
    return f"{told} They differ on {', '.join(wrong)}: do not rely on the model there."


def _table(routes: Sequence[Proven]) -> Table:
    return Table(
        ("Platform", "Asked by", "Rows", "Largest difference"),
        tuple(
            (
                f"{route.platform} {route.version}",
                route.route,
                f"{route.rows:,}",
                f"{route.largest_difference:.0e}" if math.isfinite(route.largest_difference) else "other",
            )
            for route in routes
        ),
        numeric=(2, 3),
        emphasised=tuple(i for i, route in enumerate(routes) if not route.same),
    )
