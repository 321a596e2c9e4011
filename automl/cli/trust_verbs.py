"""What can be typed about who vouches for a bundle, and whether it is as it was written."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["add_trust_verbs"]


def add_trust_verbs(
    verbs: argparse._SubParsersAction[Any], add_output: Callable[[argparse.ArgumentParser], None]
) -> None:
    """Add `verify`, `keygen`, `sign` and `upgrade` to the command line.

    Parameters
    ----------
    verbs : subparsers action
    add_output : callable
        Gives a parser `--json`.
    """
    verify = verbs.add_parser(
        "verify",
        help="check a bundle: files, signature, predictions, explanations",
        description="Check a bundle: its files are as exported and signed by whom you trust, predictions of "
        "its sample are reproduced, and explanations agree with brute force. Exit code 1 if not.",
    )
    verify.add_argument(
        "bundle", type=Path, metavar="BUNDLE.zip", help="a bundle, or the folder it was unpacked to"
    )
    verify.add_argument(
        "--key",
        action="append",
        default=[],
        type=Path,
        metavar="PUBLIC.pem",
        help="a public key that you trust: one of those given must have signed the bundle; may be repeated",
    )
    add_output(verify)
    keygen = verbs.add_parser(
        "keygen",
        help="make a pair of keys to sign bundles with",
        description="Make a pair of Ed25519 keys: NAME.key signs and stays with you, NAME.pem checks what it "
        "has signed. Where $GLASSBENCH_KEY_PASSPHRASE is set, NAME.key is encrypted with it.",
    )
    keygen.add_argument("name", metavar="NAME", help="of the two files, with a folder if you like")
    add_output(keygen)
    sign = verbs.add_parser(
        "sign",
        help="sign a bundle",
        description="Sign a bundle, after comparing every file of it with its manifest. The same bundle "
        "signed with the same key is the same file.",
    )
    sign.add_argument("bundle", type=Path, metavar="BUNDLE.zip")
    sign.add_argument(
        "--key", type=Path, required=True, metavar="NAME.key", help="your key, as `automl keygen` wrote it"
    )
    sign.add_argument(
        "-o", "--out", type=Path, metavar="SIGNED.zip", help="default: the bundle itself is replaced"
    )
    add_output(sign)
    upgrade = verbs.add_parser(
        "upgrade",
        help="write an old bundle again in the newest version of the format",
        description="Write an old bundle again in the newest version of the bundle format, with today's "
        "programs. Model, data and what was measured stay as they are.",
    )
    upgrade.add_argument("old", type=Path, metavar="OLD.zip", help="or the folder it was unpacked to")
    upgrade.add_argument("new", type=Path, metavar="NEW.zip")
    add_output(upgrade)
