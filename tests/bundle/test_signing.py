"""Signatures: right, wrong, missing, by somebody else; and keys that are kept well."""

from __future__ import annotations

import base64
import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from automl.bundle import read_bundle
from automl.bundle.archive import read_zip, write_zip
from automl.bundle.keys import PASSPHRASE, make_keys, sign_bundle
from automl.bundle.manifest import open_bundle, seal
from automl.bundle.signing import SIGNATURE, parse_signature, read_public_key
from automl.errors import BundleError, MissingExtraError, SettingError, SignatureError, TamperedError

from .test_upgrade import OLD


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the keys of a maker and of somebody else."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("maker", "other"):
        make_keys(folder / f"{name}.key", folder / f"{name}.pem")
    return folder


@pytest.fixture(scope="module")
def signed(bundle_path: Path, keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle that the maker has signed."""
    path = tmp_path_factory.mktemp("signed") / "signed.zip"
    sign_bundle(bundle_path, keys / "maker.key", path)
    return path


def rewritten(source: Path, target: Path, **changes: bytes | None) -> Path:
    """A zip with other files in it; None takes one away."""
    files = read_zip(source)
    for name, content in changes.items():
        files.pop(name, None)
        if content is not None:
            files[name] = content
    write_zip(target, files)
    return target


def test_signed_and_trusted(signed: Path, bundle_path: Path, keys: Path, tmp_path: Path) -> None:
    maker, other = (read_public_key(keys / f"{name}.pem") for name in ("maker", "other"))
    assert open_bundle(bundle_path).signed.state == "unsigned"
    told = open_bundle(signed).signed
    assert (told.state, told.key, told.name) == ("signed", maker.id, "")
    told = open_bundle(signed, [other, maker]).signed
    assert (told.state, told.key, told.name) == ("trusted", maker.id, "maker.pem")
    assert told.words == f"signed by key {maker.id} (maker.pem)"
    bundle = read_bundle(signed, keys=[keys / "maker.pem"])
    assert bundle.signed.state == "trusted"
    assert bundle.verify().rows == 20
    with zipfile.ZipFile(signed) as archive:
        archive.extractall(tmp_path / "b")
    assert open_bundle(tmp_path / "b", [maker]).signed.state == "trusted"
    before, after = read_zip(bundle_path), read_zip(signed)
    assert after.pop(SIGNATURE)
    assert after == before, "signing changes nothing else"


def test_signing_is_deterministic(signed: Path, bundle_path: Path, keys: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    shutil.copy(bundle_path, again)
    sign_bundle(again, keys / "maker.key")
    assert again.read_bytes() == signed.read_bytes()
    assert stat.S_IMODE(again.stat().st_mode) == 0o644
    sign_bundle(again, keys / "other.key")
    assert open_bundle(again).signed.key == read_public_key(keys / "other.pem").id
    sign_bundle(again, keys / "maker.key")
    assert again.read_bytes() == signed.read_bytes(), "the new signature takes the place of the old one"
    assert list(tmp_path.iterdir()) == [again]


def test_openssl_agrees(signed: Path, keys: Path, tmp_path: Path) -> None:
    """As FORMAT.md says, without Glassbench."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is missing")
    files = read_zip(signed)
    (tmp_path / "sig").write_bytes(base64.b64decode(json.loads(files[SIGNATURE])["signature"]))

    def check(manifest: bytes) -> int:
        (tmp_path / "bundle.json").write_bytes(manifest)
        command = f"pkeyutl -verify -pubin -inkey {keys / 'maker.pem'} -rawin -in bundle.json -sigfile sig"
        return subprocess.run(
            [openssl, *command.split()], cwd=tmp_path, capture_output=True, check=False
        ).returncode

    assert check(files["bundle.json"]) == 0
    assert check(files["bundle.json"] + b" ") != 0


def test_a_tampered_file(signed: Path, keys: Path, tmp_path: Path) -> None:
    path = rewritten(signed, tmp_path / "x.zip", **{"schema.json": read_zip(signed)["schema.json"] + b" "})
    for trusted in ([], [read_public_key(keys / "maker.pem")]):
        with pytest.raises(TamperedError, match=r"schema\.json"):
            open_bundle(path, trusted)


def test_a_new_manifest_under_the_old_signature(signed: Path, keys: Path, tmp_path: Path) -> None:
    """A file is changed and the manifest made to fit: only the signature tells."""
    files = read_zip(signed)
    sealed = seal(json.loads(files["bundle.json"]), files | {"README.md": b"pip install evil\n"})
    write_zip(tmp_path / "x.zip", sealed | {SIGNATURE: files[SIGNATURE]})
    for trusted in ([], [keys / "maker.pem"]):
        with pytest.raises(SignatureError, match=r"Wrong signature: bundle\.json is not what key"):
            read_bundle(tmp_path / "x.zip", keys=trusted)


def test_a_signature_by_somebody_else(signed: Path, bundle_path: Path, keys: Path, tmp_path: Path) -> None:
    maker, other = (read_public_key(keys / f"{name}.pem") for name in ("maker", "other"))
    with pytest.raises(SignatureError, match=rf"signed by key {maker.id}; expected key {other.id} \(other"):
        open_bundle(signed, [other])
    with pytest.raises(SignatureError, match=r"is unsigned; expected a signature by key"):
        open_bundle(bundle_path, [maker])
    # The key of one, the signature of another.
    told = json.loads(read_zip(signed)[SIGNATURE])
    forged = told | {"public_key": base64.b64encode(other.raw).decode(), "key_id": other.id}
    path = rewritten(signed, tmp_path / "x.zip", **{SIGNATURE: json.dumps(forged).encode()})
    for trusted in ([], [other]):
        with pytest.raises(SignatureError, match="Wrong signature"):
            open_bundle(path, trusted)
    with pytest.raises(SignatureError, match="is unsigned"):
        open_bundle(rewritten(signed, tmp_path / "y.zip", **{SIGNATURE: None}), [maker])


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "other"},
        {"version": 2},
        {"algorithm": "none"},
        {"signed": "README.md"},
        {"public_key": "AAAA"},
        {"public_key": 7},
        {"signature": "not base64!"},
        {"signature": "ÄÄÄÄ"},
        {"signature": ""},
        {"signature": None},
    ],
)
def test_damaged_signatures(changes: dict[str, object], signed: Path) -> None:
    told = json.loads(read_zip(signed)[SIGNATURE])
    with pytest.raises(SignatureError):
        parse_signature(json.dumps(told | changes).encode())


@pytest.mark.parametrize("content", [b"", b"[]", b"[" * 100_000, b"\xff"])
def test_signatures_that_are_none(content: bytes, signed: Path, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"signature\.json"):
        open_bundle(rewritten(signed, tmp_path / "x.zip", **{SIGNATURE: content}))


@pytest.mark.slow
def test_without_cryptography(signed: Path, keys: Path, tmp_path: Path) -> None:
    """verify.py of the bundle: the files always, the signature where there is something to check it with."""
    with zipfile.ZipFile(signed) as archive:
        archive.extractall(tmp_path / "b")
    without = tmp_path / "without.py"
    without.write_text(
        "import sys, runpy, importlib.util as u\n"
        "find = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'cryptography' else find(name, *rest)\n"
        "sys.modules['cryptography'] = None\n"
        "sys.argv = sys.argv[1:]\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    verify = str(tmp_path / "b" / "verify.py")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments], capture_output=True, text=True, check=False, cwd=tmp_path
        )

    done = run(str(without), verify)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "not checked: it carries a signature by key" in done.stdout
    done = run(str(without), verify, "--key", str(keys / "maker.pem"))
    assert done.returncode == 1
    assert "pip install cryptography" in done.stdout
    done = run(verify, "--key", str(keys / "maker.pem"), "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["signature"]["state"] == "trusted"
    done = run(verify, "--key", str(keys / "other.pem"), "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["problem"] == "signature"
    done = run(verify, "--key", str(keys / "maker.key"))
    assert done.returncode == 2
    assert "It holds a private key" in done.stderr


def test_signing_needs_the_extra(bundle_path: Path, keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("automl.extras.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"Signing needs .* cryptography.*glassbench\[sign\]"):
        sign_bundle(bundle_path, keys / "maker.key")
    with pytest.raises(MissingExtraError, match="Making a key"):
        make_keys(keys / "new.key", keys / "new.pem")


def test_a_private_key_is_private(tmp_path: Path, bundle_path: Path) -> None:
    private, public = tmp_path / "a.key", tmp_path / "a.pem"
    before = os.umask(0)
    try:
        made = make_keys(private, public)
    finally:
        os.umask(before)
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert read_public_key(public) == made
    assert len(made.id) == 32
    with pytest.raises(SettingError, match="exists already"):
        make_keys(private, tmp_path / "b.pem")
    with pytest.raises(SettingError, match="exists already"):
        make_keys(tmp_path / "b.key", public)
    with pytest.raises(SettingError, match="There is no folder"):
        make_keys(tmp_path / "none" / "b.key", tmp_path / "b.pem")
    private.chmod(0o640)
    with pytest.raises(SettingError, match=r"Others may read the private key.*chmod 600"):
        sign_bundle(bundle_path, private, tmp_path / "out.zip")
    assert not (tmp_path / "out.zip").exists()


def test_a_key_with_a_passphrase(tmp_path: Path, bundle_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSPHRASE, "correct horse")
    private, out = tmp_path / "a.key", tmp_path / "out.zip"
    made = make_keys(private, tmp_path / "a.pem")
    assert b"ENCRYPTED" in private.read_bytes()
    assert sign_bundle(bundle_path, private, out).raw == made.raw
    assert open_bundle(out, [made]).signed.state == "trusted"
    monkeypatch.setenv(PASSPHRASE, "wrong horse")
    with pytest.raises(SettingError, match="or its passphrase is another one"):
        sign_bundle(bundle_path, private, out)
    monkeypatch.delenv(PASSPHRASE)
    with pytest.raises(SettingError, match=f"has a passphrase.*{PASSPHRASE}"):
        sign_bundle(bundle_path, private, out)


def test_other_keys(tmp_path: Path, bundle_path: Path, keys: Path) -> None:
    curve = ec.generate_private_key(ec.SECP256R1())
    private, public = tmp_path / "p256.key", tmp_path / "p256.pem"
    private.write_bytes(curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    private.chmod(0o600)
    public.write_bytes(curve.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(SettingError, match="another kind than Ed25519"):
        read_public_key(public)
    with pytest.raises(SettingError, match="another kind than Ed25519"):
        sign_bundle(bundle_path, private, tmp_path / "out.zip")
    (tmp_path / "no.key").write_text("nothing")
    (tmp_path / "no.key").chmod(0o600)
    with pytest.raises(SettingError, match="is no private key"):
        sign_bundle(bundle_path, tmp_path / "no.key", tmp_path / "out.zip")
    for content in (b"", b"\xff", b"-----BEGIN PUBLIC KEY-----\n!!\n-----END PUBLIC KEY-----\n"):
        public.write_bytes(content)
        with pytest.raises(SettingError):
            read_public_key(public)
    with pytest.raises(SettingError, match="cannot be read"):
        read_public_key(tmp_path / "none.pem")
    with pytest.raises(SettingError, match="cannot be read"):
        sign_bundle(bundle_path, tmp_path / "none.key")
    theirs = ed25519.Ed25519PrivateKey.generate().public_key()
    public.write_bytes(theirs.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert read_public_key(public).raw == theirs.public_bytes_raw(), "as OpenSSL writes them"


def test_what_is_not_signed(tmp_path: Path, unpacked: Path, keys: Path, bundle_path: Path) -> None:
    with pytest.raises(BundleError, match="is a folder"):
        sign_bundle(unpacked, keys / "maker.key")
    with pytest.raises(BundleError, match=r"of version 0.*automl upgrade"):
        sign_bundle(OLD, keys / "maker.key", tmp_path / "out.zip")
    broken = rewritten(bundle_path, tmp_path / "x.zip", **{"task.json": b"{}"})
    with pytest.raises(TamperedError):
        sign_bundle(broken, keys / "maker.key")
    with pytest.raises(BundleError, match="There is no folder"):
        sign_bundle(bundle_path, keys / "maker.key", tmp_path / "none" / "out.zip")
