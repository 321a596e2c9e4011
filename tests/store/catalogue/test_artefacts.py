"""Files by the hash of their content, in a folder and through fsspec."""

from __future__ import annotations

import secrets
from importlib.util import find_spec
from pathlib import Path

import pytest

from automl.errors import CatalogueError, MissingExtraError
from automl.store.catalogue.artefacts import Artefacts
from automl.store.files import file_sha256

from ...conftest import require


@pytest.fixture(params=["folder", "memory", "local"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Artefacts:
    """A store in a folder, and in two kinds of fsspec."""
    if request.param == "folder":
        return Artefacts(str(tmp_path / "kept"))
    require(find_spec("fsspec") is not None, "fsspec")
    if request.param == "memory":
        return Artefacts(f"memory://{secrets.token_hex(8)}/kept/")
    return Artefacts(f"local://{tmp_path}/kept")


def test_what_is_kept_comes_back(store: Artefacts, tmp_path: Path) -> None:
    path = tmp_path / "model.zip"
    path.write_bytes(b"content" * 1000)
    digest, address = store.keep(path)
    assert digest == file_sha256(path)
    assert address.endswith(f"/sha256/{digest[:2]}/{digest}")
    assert store.keep(path) == (digest, address)
    assert store.has(digest)
    assert not store.has("0" * 64)
    path.unlink()
    with store.fetched(digest) as found:
        assert found.read_bytes() == b"content" * 1000
    with pytest.raises(CatalogueError, match="no copy"), store.fetched("0" * 64):
        pass


def test_what_was_changed_is_not_given_out(store: Artefacts, tmp_path: Path) -> None:
    path = tmp_path / "model.zip"
    path.write_bytes(b"content")
    digest, address = store.keep(path)
    if "://" in address:
        filesystem, remote = store._filesystem(address)
        with filesystem.open(remote, "wb") as stream:
            stream.write(b"contend")
    else:
        Path(address).write_bytes(b"contend")
    with pytest.raises(CatalogueError, match=f"SHA-256 {digest}"), store.fetched(digest):
        pass


def test_an_address_that_nothing_can_reach_is_told(tmp_path: Path) -> None:
    require(find_spec("fsspec") is not None, "fsspec")
    path = tmp_path / "model.zip"
    path.write_bytes(b"content")
    with pytest.raises(CatalogueError, match="could not be kept"):
        Artefacts("nothing://of/the/kind").keep(path)
    if find_spec("s3fs") is None:
        with pytest.raises(MissingExtraError, match="s3fs"):
            Artefacts("s3://bucket/models").keep(path)
    (tmp_path / "file").touch()
    with pytest.raises(CatalogueError, match="could not be kept"):
        Artefacts(str(tmp_path / "file")).keep(path)
