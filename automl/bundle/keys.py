"""Keys to sign bundles with: made, read, used. Needs the extra `sign`."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from automl.errors import BundleError, SettingError
from automl.extras import require_extra
from automl.store.files import replacing_path

from .archive import write_zip
from .manifest import MANIFEST, VERSION, read_files
from .signing import SIGNATURE, PublicKey, Signature, signature_file

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["PASSPHRASE", "make_keys", "sign_bundle"]

#: The environment variable that holds the passphrase of a private key, where it has one.
PASSPHRASE = "GLASSBENCH_KEY_PASSPHRASE"


def make_keys(private: Path, public: Path) -> PublicKey:
    """Make a pair of Ed25519 keys and write them as PEM files.

    Parameters
    ----------
    private, public : Path
        Files that must not exist yet. Only the owner may read the private one; where the environment variable
        `GLASSBENCH_KEY_PASSPHRASE` is set, it is encrypted with that.

    Returns
    -------
    PublicKey

    Raises
    ------
    SettingError
        When a file exists already.
    MissingExtraError
        When the package cryptography is not installed.
    """
    require_extra("sign", "Making a key")
    from cryptography.hazmat.primitives import serialization as written
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    for path in (private, public):
        if path.exists():
            raise SettingError(f"{str(path)!r} exists already.", fix="A key is never replaced: name another.")
        if not path.absolute().parent.is_dir():
            raise SettingError(f"There is no folder {str(path.parent)!r}.", fix="Make it first.")
    key = Ed25519PrivateKey.generate()
    secret = _passphrase()
    locked = written.NoEncryption() if secret is None else written.BestAvailableEncryption(secret)
    pem = key.private_bytes(written.Encoding.PEM, written.PrivateFormat.PKCS8, locked)
    handle = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(pem)
    made = _public(key, public.name)
    public.write_text(made.pem, encoding="ascii")
    return made


def sign_bundle(bundle: Path, private: Path, out: Path | None = None) -> PublicKey:
    """Sign a bundle's zip; the same bundle signed with the same key is the same file.

    Parameters
    ----------
    bundle : Path
        The zip; every file of it is compared with its manifest first. A signature that it has is replaced.
    private : Path
        PEM file of the private key.
    out : Path, optional
        Where to write the signed zip; default: in the place of the other one.

    Returns
    -------
    PublicKey
        Of the key that signed it.

    Raises
    ------
    BundleError
        When the bundle is not as it was written, or of an old version of the format.
    SettingError
        When the key cannot be used.
    MissingExtraError
        When the package cryptography is not installed.
    """
    require_extra("sign", "Signing")
    if bundle.is_dir():
        raise BundleError(f"{str(bundle)!r} is a folder.", fix="Sign the zip, before it is unpacked.")
    key = _read_private(private)
    files, _, version = read_files(bundle)
    if version != VERSION:
        raise BundleError(
            f"{bundle.name} is of version {version} of the bundle format, which has no signatures.",
            fix=f"Rewrite it first: automl upgrade {bundle.name} NEW.zip",
        )
    made = _public(key, private.name)
    files[SIGNATURE] = signature_file(Signature(made, key.sign(files[MANIFEST])))
    _write(out or bundle, files)
    return made


def _write(path: Path, files: dict[str, bytes]) -> None:
    """Write files of a bundle as a zip that is whole or not there."""
    target = path.absolute()
    if not target.parent.is_dir():
        raise BundleError(f"There is no folder {str(target.parent)!r}.", fix="Make it first.")
    with replacing_path(target) as part:
        write_zip(part, files)
        part.chmod(0o644)


def _passphrase() -> bytes | None:
    text = os.environ.get(PASSPHRASE)
    return text.encode("utf-8") if text else None


def _public(key: Ed25519PrivateKey, name: str) -> PublicKey:
    return PublicKey(key.public_key().public_bytes_raw(), name)


def _read_private(path: Path) -> Ed25519PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        data, mode = path.read_bytes(), path.stat().st_mode
    except OSError as error:
        raise SettingError(f"The key {path.name} cannot be read ({error}).", fix="Check the path.") from error
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingError(
            f"Others may read the private key {path.name}.", fix=f"Keep it to yourself: chmod 600 {path.name}"
        )
    if b"ENCRYPTED" not in data:
        secret = None
    elif (secret := _passphrase()) is None:
        raise SettingError(f"The key {path.name} has a passphrase.", fix=f"Give it in ${PASSPHRASE}.")
    try:
        key = load_pem_private_key(data, secret)
    except (TypeError, ValueError, UnsupportedAlgorithm) as error:
        raise SettingError(
            f"{path.name} is no private key, or its passphrase is another one.",
            fix=f"Give the file that `automl keygen` wrote, and its passphrase in ${PASSPHRASE}.",
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingError(
            f"{path.name} holds a key of another kind than Ed25519.", fix="Make one with `automl keygen`."
        )
    return key
