"""Check all that can be checked of a bundle: files, signature, predictions, the fast path, explanations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import GlassbenchError, SignatureError, TamperedError
from .checking import verify
from .explaining import replayed
from .manifest import open_bundle
from .proving import prove_again
from .scoring import Scorer
from .signing import PublicKey
from .versions import differences

__all__ = ["Verified", "verified"]


@dataclass(frozen=True)
class Verified:
    """What came out.

    Attributes
    ----------
    lines : tuple of str
        What was found, a sentence each; what failed is the last one.
    notes : tuple of str
        What differs here from where the bundle was made.
    facts : dict
        The same as JSON values; ``ok`` among them.
    """

    lines: tuple[str, ...]
    notes: tuple[str, ...]
    facts: dict[str, Any]

    @property
    def ok(self) -> bool:
        """Whether all is well."""
        return bool(self.facts["ok"])


def verified(bundle: Path, keys: Sequence[PublicKey] = ()) -> Verified:
    """Check a bundle as far as it goes; nothing of it is loaded before its files and signature are checked.

    Parameters
    ----------
    bundle : Path
        Folder or zip.
    keys : sequence of PublicKey
        Where there are some, one of them must have signed it.
    """
    lines: list[str] = []
    notes: list[str] = []
    facts: dict[str, Any] = {"ok": False}
    try:
        opened = open_bundle(bundle, keys)
        files, count = opened.files, len(opened.manifest["files"])
        notes += differences(opened.manifest)
        facts |= {"files": count, "format": opened.version, "signature": opened.signed.to_json()}
        scorer = Scorer.from_files(files)
        checked = verify(files, scorer)
        facts |= {"rows": checked.rows, "largest_difference": checked.largest_difference}
        lines.append(
            f"ok: {count} files as exported; {checked.rows} sample rows reproduced "
            f"(largest difference {checked.largest_difference:.1e})"
        )
        proof = prove_again(
            scorer.plan, scorer.schema, scorer.sample(files["sample_input.csv"]), scorer.outputs
        )
        facts["fast_path"] = None if proof is None else proof.to_json()
        if proof is not None:
            lines.append(
                f"ok: the fast path is equal on {proof.rows} rows "
                f"(largest difference {proof.largest_difference:.1e})"
            )
        told = replayed(files, scorer)
        facts["explanations"] = None if told is None else told.words
        if told is not None:
            lines.append(f"ok: explanations hold; {told.words} ({told.method})")
        right = opened.signed.state in ("signed", "trusted")
        lines.append(f"{'ok: ' if right else ''}{opened.signed.words}")
        facts["ok"] = True
    except (GlassbenchError, OSError) as error:
        facts |= {"error": str(error), "problem": _problem(error)}
        lines.append(f"failed: {error}")
    return Verified(tuple(lines), tuple(notes), facts | {"notes": notes})


def _problem(error: Exception) -> str:
    """In a word, for machines."""
    if isinstance(error, TamperedError):
        return "tampered"
    return "signature" if isinstance(error, SignatureError) else "other"
