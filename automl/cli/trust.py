"""`automl keygen`, `automl sign`, `automl verify` and `automl upgrade`."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from automl.bundle.keys import make_keys, sign_bundle
from automl.bundle.signing import read_public_key
from automl.bundle.upgrade import upgrade_bundle
from automl.bundle.verifying import verified
from automl.cli.console import Console

__all__ = ["keygen", "sign", "upgrade", "verify"]


def keygen(options: Namespace, console: Console) -> int:
    """Make a pair of keys."""
    private, public = Path(f"{options.name}.key"), Path(f"{options.name}.pem")
    made = make_keys(private, public)
    console.document({"private": str(private), "public": str(public), "key": made.id})
    console.say(
        f"{private}  signs: keep it to yourself",
        f"{public}  checks what it has signed: give it to whoever gets your bundles",
        f"key {made.id}",
    )
    return 0


def sign(options: Namespace, console: Console) -> int:
    """Sign a bundle."""
    made = sign_bundle(options.bundle, options.key, options.out)
    out = options.out or options.bundle
    console.document({"bundle": str(out), "key": made.id})
    console.say(f"{out}  signed by key {made.id}")
    return 0


def verify(options: Namespace, console: Console) -> int:
    """Check a bundle; the same as `verify.py` in the bundle does."""
    outcome = verified(options.bundle, [read_public_key(path) for path in options.key])
    console.note(*(f"note: {note}" for note in outcome.notes))
    console.document(outcome.facts)
    console.say(*outcome.lines)
    return 0 if outcome.ok else 1


def upgrade(options: Namespace, console: Console) -> int:
    """Write a bundle again in the newest version of the format."""
    before = upgrade_bundle(options.old, options.new)
    console.document({"bundle": str(options.new), "upgraded_from": before})
    console.say(f"{options.new}  (from version {before} of the format, checked in a process of its own)")
    return 0
