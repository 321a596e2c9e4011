"""Who vouches for a bundle: an Ed25519 signature over the bytes of its manifest.

The manifest holds the SHA-256 of every file, so the signature covers them all. ``signature.json`` lies beside
it and holds the signer's public key; whether that key is to be trusted, only the reader knows.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..errors import MissingExtraError, SettingError, SignatureError
from .documents import parse_json

__all__ = [
    "SIGNATURE",
    "PublicKey",
    "Signature",
    "Signed",
    "check_signature",
    "parse_signature",
    "read_public_key",
    "signature_file",
]

SIGNATURE = "signature.json"
_FORMAT = "glassbench-signature"
_SIGNED = "bundle.json"
_KEY_BYTES, _SIGNATURE_BYTES = 32, 64
#: How every Ed25519 key in a PEM file begins (SubjectPublicKeyInfo, RFC 8410).
_PREFIX = bytes.fromhex("302a300506032b6570032100")
_BEGIN, _END = "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"
_FIX = "Do not use this bundle unless its maker says that this is right; ask for it again."


@dataclass(frozen=True)
class PublicKey:
    """A key that signatures are checked with.

    Attributes
    ----------
    raw : bytes of length 32
    name : str
        Of the file it was read from; empty where it comes from the bundle itself.
    """

    raw: bytes
    name: str = ""

    @property
    def id(self) -> str:
        """Names the key: half of the SHA-256 of its bytes."""
        return hashlib.sha256(self.raw).hexdigest()[:32]

    @property
    def pem(self) -> str:
        """The key as a PEM file has it."""
        return f"{_BEGIN}\n{base64.b64encode(_PREFIX + self.raw).decode()}\n{_END}\n"


@dataclass(frozen=True)
class Signature:
    """What ``signature.json`` says."""

    key: PublicKey
    value: bytes


@dataclass(frozen=True)
class Signed:
    """What is known about who signed a bundle.

    Attributes
    ----------
    state : {"unsigned", "unchecked", "signed", "trusted"}
        `unchecked`: there is a signature, and nothing to check it with. `signed`: it is right, and nobody
        said whether its key is to be trusted. `trusted`: it is right, by one of the keys that were named.
    key : str or None
        Id of the key.
    name : str
        File of the key, where it is trusted.
    """

    state: str
    key: str | None = None
    name: str = ""

    @property
    def words(self) -> str:
        """The same in a sentence."""
        if self.state == "unsigned":
            return "unsigned: its files are as its manifest says, and nobody vouches for the manifest"
        if self.state == "unchecked":
            return f"not checked: it carries a signature by key {self.key}; to check it: {_INSTALL}"
        if self.state == "signed":
            return f"signed by key {self.key}; whether to trust that key --key PUBLIC.pem says"
        return f"signed by key {self.key} ({self.name})"

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {"state": self.state, "key": self.key, "name": self.name or None}


_INSTALL = "pip install cryptography"
_NEEDS = "Checking a signature needs the package cryptography."


def read_public_key(path: Path) -> PublicKey:
    """Read a public key that `automl keygen` or OpenSSL wrote.

    Raises
    ------
    SettingError
        When the file holds no Ed25519 public key.
    """
    try:
        text = path.read_bytes().decode("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"The key {path.name} cannot be read ({error}).", fix="Check the path.") from error
    begin, end = text.find(_BEGIN), text.find(_END)
    if begin < 0 or end < begin:
        private = " It holds a private key; keep that to yourself." if "PRIVATE KEY" in text else ""
        raise SettingError(
            f"{path.name} holds no public key.{private}", fix="Give the public key's .pem file."
        )
    try:
        found = base64.b64decode("".join(text[begin + len(_BEGIN) : end].split()), validate=True)
    except binascii.Error as error:
        raise SettingError(f"The key {path.name} is damaged ({error}).", fix="Ask for it again.") from error
    if not found.startswith(_PREFIX) or len(found) != len(_PREFIX) + _KEY_BYTES:
        raise SettingError(
            f"{path.name} holds a key of another kind than Ed25519.", fix="Make one with `automl keygen`."
        )
    return PublicKey(found[len(_PREFIX) :], path.name)


def signature_file(signature: Signature) -> bytes:
    """The content of ``signature.json``."""
    told = {
        "format": _FORMAT,
        "version": 1,
        "algorithm": "Ed25519",
        "signed": _SIGNED,
        "key_id": signature.key.id,
        "public_key": base64.b64encode(signature.key.raw).decode(),
        "signature": base64.b64encode(signature.value).decode(),
    }
    return (json.dumps(told, indent=1) + "\n").encode()


def parse_signature(data: bytes) -> Signature:
    """Read ``signature.json``.

    Raises
    ------
    SignatureError
        When it is damaged, or of a newer kind.
    """
    told = parse_json(data, SIGNATURE, strict=True)
    expected = {"format": _FORMAT, "version": 1, "algorithm": "Ed25519", "signed": _SIGNED}
    if not isinstance(told, dict) or any(told.get(name) != value for name, value in expected.items()):
        raise SignatureError(
            f"{SIGNATURE} is of a kind that is not known here: expected {expected}.", fix=_FIX
        )
    try:
        raw, value = (
            base64.b64decode(told[name].encode("ascii"), validate=True)
            for name in ("public_key", "signature")
        )
    except (AttributeError, KeyError, ValueError) as error:
        raise SignatureError(f"{SIGNATURE} is damaged ({error}).", fix=_FIX) from error
    if len(raw) != _KEY_BYTES or len(value) != _SIGNATURE_BYTES:
        raise SignatureError(f"{SIGNATURE} is damaged: key or signature have another length.", fix=_FIX)
    return Signature(PublicKey(raw), value)


def check_signature(files: Mapping[str, bytes], trusted: Iterable[PublicKey] = ()) -> Signed:
    """Check the signature of a bundle whose files fit its manifest.

    Parameters
    ----------
    files : mapping of name to bytes
        As `open_files` gives them.
    trusted : iterable of PublicKey
        Where there are some, only a signature by one of them will do.

    Raises
    ------
    SignatureError
        When the signature is wrong; where keys are named, also when there is none, or one by another key.
    MissingExtraError
        When keys are named, and there is nothing to check with.
    """
    keys = {key.raw: key for key in trusted}
    named = ", ".join(f"{key.id} ({key.name})" for key in keys.values())
    if SIGNATURE not in files:
        if keys:
            raise SignatureError(f"The bundle is unsigned; expected a signature by key {named}.", fix=_FIX)
        return Signed("unsigned")
    signature = parse_signature(files[SIGNATURE])
    key = keys.get(signature.key.raw, signature.key)
    if keys and key.raw not in keys:
        raise SignatureError(f"The bundle is signed by key {key.id}; expected key {named}.", fix=_FIX)
    if find_spec("cryptography") is None:
        if keys:
            raise MissingExtraError(_NEEDS, fix=f"{_INSTALL}.")
        return Signed("unchecked", key.id)
    _check(signature, files[_SIGNED])
    return Signed("trusted" if keys else "signed", key.id, key.name)


def _check(signature: Signature, signed: bytes) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(signature.key.raw).verify(signature.value, signed)
    except InvalidSignature:
        raise SignatureError(
            f"Wrong signature: {_SIGNED} is not what key {signature.key.id} has signed.", fix=_FIX
        ) from None
