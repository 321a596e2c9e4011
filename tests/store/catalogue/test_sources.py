"""Whether a version's file is still what it was."""

from __future__ import annotations

from pathlib import Path

from automl.store.catalogue import open_catalogue
from automl.store.catalogue.sources import source_of
from automl.store.files import file_sha256


def test_what_became_of_a_file(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,x\n")
    with open_catalogue() as catalogue:
        version = catalogue.datasets.add(
            "t", file_sha256(path), rows=1, columns=2, source=str(path), size=path.stat().st_size
        )
        of_python = catalogue.datasets.add("p", "d" * 64, rows=1, columns=1, digest_of="rows")
    assert source_of(version).state == "same"
    path.write_text("a,b\n2,x\n")
    other = source_of(version)
    assert other.state == "changed"
    assert "as long as before, with other content" in other.found

    def never(_path: Path) -> str:
        raise AssertionError("a file of another size need not be read")

    path.write_text("a,b\n1,x\n2,y\n")
    longer = source_of(version, never)
    assert longer.state == "changed"
    assert "12 bytes now, and had 8" in longer.found
    path.unlink()
    assert source_of(version).state == "gone"
    path.mkdir()
    assert source_of(version).state == "gone"
    assert source_of(of_python).state == "none"
