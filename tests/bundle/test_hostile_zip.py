"""Zips that are no bundles, are no longer, or never should have been: each is refused in plain words."""

from __future__ import annotations

import io
import json
import pickle
import shutil
import stat
import struct
import zipfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from automl.bundle import archive, documents, read_bundle
from automl.bundle.archive import sha256
from automl.bundle.manifest import seal as with_manifest
from automl.bundle.trusted import load_model
from automl.errors import BundleError, GlassbenchError, TamperedError

Change = Callable[[dict[str, bytes]], None]


@pytest.fixture
def rebuilt(bundle_path: Path, tmp_path: Path) -> Callable[..., Path]:
    """Return a function that changes a bundle's files and zips them again."""

    def make(
        change: Change, *, seal: bool = False, extra: list[tuple[zipfile.ZipInfo, bytes]] | None = None
    ) -> Path:
        with zipfile.ZipFile(bundle_path) as source:
            files = {name: source.read(name) for name in source.namelist()}
        change(files)
        if seal:
            manifest = json.loads(files["bundle.json"])
            manifest["lineage"]["file"]["sha256"] = sha256(files["model/model.skops"])
            files = with_manifest(manifest, files)
        path = tmp_path / "changed.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            for name, data in files.items():
                target.writestr(name, data)
            for entry, data in extra or []:
                target.writestr(entry, data)
        return path

    return make


def edit_manifest(files: dict[str, bytes], changes: dict[str, object]) -> None:
    files["bundle.json"] = json.dumps(json.loads(files["bundle.json"]) | changes).encode()


def test_the_unchanged_bundle_is_read(rebuilt) -> None:
    assert read_bundle(rebuilt(lambda files: None)).verify().rows == 20
    assert read_bundle(rebuilt(lambda files: None, seal=True)).verify().rows == 20


@pytest.mark.parametrize(
    "name",
    ["model/model.skops", "schema.json", "predict.py", "runtime/glassbench_runtime/errors.py", "README.md"],
)
def test_altered_file(rebuilt, name: str) -> None:
    path = rebuilt(lambda files: files.update({name: files[name] + b" "}))
    with pytest.raises(BundleError, match=f"{name}.*not the file that was exported"):
        read_bundle(path)


def test_missing_file(rebuilt) -> None:
    with pytest.raises(BundleError, match=r"lacks 'schema\.json'"):
        read_bundle(rebuilt(lambda files: files.pop("schema.json")))


def test_extra_file(rebuilt) -> None:
    with pytest.raises(BundleError, match=r"holds 'runtime/pandas\.py', which its manifest does not list"):
        read_bundle(rebuilt(lambda files: files.update({"runtime/pandas.py": b""})))


@pytest.mark.parametrize(
    "name",
    ["../evil.py", "/etc/passwd", "a/../../evil", "C:/evil", "..\\evil", "a//b", "./a", "a\x1fb", "model/"],
)
def test_names_that_lead_out(rebuilt, name: str) -> None:
    entry = zipfile.ZipInfo("placeholder")
    entry.filename = name
    with pytest.raises(BundleError, match=r"leads out of it|link or a folder"):
        read_bundle(rebuilt(lambda files: None, extra=[(entry, b"x")]))


def test_names_that_lead_out_in_the_manifest_of_a_folder(unpacked: Path) -> None:
    outside = unpacked.parent / "secret.txt"
    outside.write_text("secret")
    manifest = json.loads((unpacked / "bundle.json").read_text())
    manifest["files"]["../secret.txt"] = {"sha256": sha256(b"secret"), "bytes": 6}
    (unpacked / "bundle.json").write_text(json.dumps(manifest))
    with pytest.raises(BundleError, match=r"a name in files is '\.\./secret\.txt'"):
        read_bundle(unpacked)


def test_symlink_entry(rebuilt) -> None:
    entry = zipfile.ZipInfo("model/link")
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(BundleError, match="is a link"):
        read_bundle(rebuilt(lambda files: None, extra=[(entry, b"/etc/passwd")]))


def test_symlink_in_a_folder(unpacked: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere.json"
    shutil.move(unpacked / "schema.json", moved)
    (unpacked / "schema.json").symlink_to(moved)
    with pytest.raises(BundleError, match="leads out of the bundle's folder"):
        read_bundle(unpacked)


@pytest.mark.parametrize("name", ["schema.json", "SCHEMA.json"])
def test_the_same_name_twice(rebuilt, name: str) -> None:
    same = name == "schema.json"
    with pytest.warns(UserWarning, match="Duplicate name") if same else nullcontext():
        path = rebuilt(lambda files: None, extra=[(zipfile.ZipInfo(name), b"{}")])
    with pytest.raises(BundleError, match="twice"):
        read_bundle(path)


def test_a_bomb_by_ratio(rebuilt) -> None:
    path = rebuilt(lambda files: files.update({"zeros": bytes(400 * 1024**2)}))
    assert path.stat().st_size < 2 * 1024**2
    with pytest.raises(BundleError, match="would unpack to"):
        read_bundle(path)


@pytest.mark.parametrize(
    "name", ["con", "model/NUL.txt", "a/com1.x/b", "name.", "name ", "folder./a", "lpt9"]
)
def test_names_that_are_others_on_some_systems(rebuilt, name: str) -> None:
    with pytest.raises(BundleError, match="another one on some systems"):
        read_bundle(rebuilt(lambda files: files.update({name: b"x"})))


def test_the_same_name_in_two_spellings_of_an_accent(rebuilt) -> None:
    with pytest.raises(BundleError, match="twice"):
        read_bundle(rebuilt(lambda files: files.update({"caf\u00e9": b"x", "cafe\u0301": b"y"})))


def test_a_file_inside_of_a_file(rebuilt) -> None:
    with pytest.raises(BundleError, match="inside of a file"):
        read_bundle(rebuilt(lambda files: files.update({"schema.json/x": b"x"})))


def test_a_bomb_by_size(rebuilt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive.Limits, "total_bytes", 100_000)
    with pytest.raises(BundleError, match="would unpack to"):
        read_bundle(rebuilt(lambda files: None))


def test_a_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    """zipfile returns no more than the size that was declared, and then the checksum fails."""
    path = tmp_path / "liar.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("bundle.json", bytes(50 * 1024**2))
    data = bytearray(path.read_bytes())
    central = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, central + 24, 10)
    path.write_bytes(data)
    with pytest.raises(BundleError, match="not a readable zip"):
        read_bundle(path)


def test_too_many_files(rebuilt) -> None:
    many = {f"f{i}": b"" for i in range(1100)}
    with pytest.raises(BundleError, match="a bundle has at most"):
        read_bundle(rebuilt(lambda files: files.update(many)))


def test_an_encrypted_entry(rebuilt) -> None:
    path = rebuilt(lambda files: None)
    data = bytearray(path.read_bytes())
    central = data.index(b"PK\x01\x02")
    data[central + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(BundleError, match="encrypted"):
        read_bundle(path)


def test_a_folder_that_is_too_large(unpacked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive.Limits, "total_bytes", 100_000)
    with pytest.raises(BundleError, match="The folder holds more than"):
        read_bundle(unpacked)
    monkeypatch.setattr(archive.Limits, "entries", 100)
    with pytest.raises(BundleError, match="a bundle has at most"):
        read_bundle(unpacked)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 cut", b"\x1f\x8b\x08"])
def test_no_zip(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(BundleError, match="not a readable zip file"):
        read_bundle(path)


def test_a_cut_zip(bundle_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.zip"
    path.write_bytes(bundle_path.read_bytes()[:-2000])
    with pytest.raises(BundleError, match="not a readable zip file"):
        read_bundle(path)


def test_damaged_bytes(bundle_path: Path, tmp_path: Path) -> None:
    data = bytearray(bundle_path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path = tmp_path / "damaged.zip"
    path.write_bytes(data)
    with pytest.raises(BundleError):
        read_bundle(path)


def test_other_zips(tmp_path: Path) -> None:
    path = tmp_path / "photos.zip"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("a.jpg", b"x")
    with pytest.raises(BundleError, match=r"is no Glassbench bundle: it has no bundle\.json"):
        read_bundle(path)
    (tmp_path / "folder").mkdir()
    with pytest.raises(BundleError, match="is no Glassbench bundle"):
        read_bundle(tmp_path / "folder")
    with pytest.raises(BundleError, match="There is no file"):
        read_bundle(tmp_path / "none.zip")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "other"}, "of another kind"),
        ({"version": 2}, "is of version 2 of the bundle format"),
        ({"version": 10**30}, "of the bundle format"),
        ({"version": "1"}, "which there never was"),
        ({"version": True}, "which there never was"),
        ({"version": 0}, "which there never was"),
        ({"files": []}, "files is .*, not an object"),
        ({"files": {}}, "files has no 'model/model.skops'"),
        ({"files": {"a": "b"}}, "files has no"),
        ({"lineage": None}, "lineage is None"),
        ({"packages": ["numpy"]}, "packages is "),
    ],
)
def test_manifests(rebuilt, changes: dict[str, object], message: str) -> None:
    with pytest.raises(BundleError, match=message):
        read_bundle(rebuilt(lambda files: edit_manifest(files, changes)))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000])
def test_manifests_that_are_no_json(rebuilt, content: bytes) -> None:
    with pytest.raises(BundleError, match=r"bundle\.json|no Glassbench bundle"):
        read_bundle(rebuilt(lambda files: files.update({"bundle.json": content})))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("schema.json", b"{}"),
        ("schema.json", b"\xff"),
        ("task.json", b"[]"),
        ("task.json", b'{"classes": ["a", "b"]}'),
        ("task.json", b"null"),
        ("model/model.skops", b"no model"),
        ("model/model.skops", b""),
    ],
)
def test_sealed_nonsense(rebuilt, name: str, content: bytes) -> None:
    """A manifest that fits proves nothing: whoever made the file made the manifest."""
    with pytest.raises(BundleError):
        read_bundle(rebuilt(lambda files: files.update({name: content}), seal=True))


def test_recorded_predictions_that_do_not_fit(rebuilt) -> None:
    def change(files: dict[str, bytes]) -> None:
        lines = files["sample_predictions.csv"].decode().splitlines()
        cells = lines[3].split(",")
        cells[1] = repr(float(cells[1]) + 1e-6)
        lines[3] = ",".join(cells)
        files["sample_predictions.csv"] = "\n".join(lines).encode()

    bundle = read_bundle(rebuilt(change, seal=True))
    with pytest.raises(BundleError, match="sample row 3"):
        bundle.verify()


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"prediction\n", b"prediction,probability_no,probability_yes\nno,1\n", b'"', b"\x00"],
)
def test_recorded_predictions_that_are_nonsense(rebuilt, content: bytes) -> None:
    bundle = read_bundle(rebuilt(lambda files: files.update({"sample_predictions.csv": content}), seal=True))
    with pytest.raises(BundleError, match=r"damaged|Expected predictions"):
        bundle.verify()


def test_recorded_predictions_that_are_no_numbers(rebuilt) -> None:
    def change(files: dict[str, bytes]) -> None:
        files["sample_predictions.csv"] = files["sample_predictions.csv"].replace(b",0.", b",O.")

    bundle = read_bundle(rebuilt(change, seal=True))
    with pytest.raises(BundleError, match=r"sample_predictions\.csv is damaged"):
        bundle.verify()


def test_a_model_file_compressed_inside(rebuilt) -> None:
    def change(files: dict[str, bytes]) -> None:
        out = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(files["model/model.skops"])) as source,
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
        ):
            for name in source.namelist():
                target.writestr(name, source.read(name))
        files["model/model.skops"] = out.getvalue()

    with pytest.raises(BundleError, match="compressed inside"):
        read_bundle(rebuilt(change, seal=True))


def test_a_manifest_that_lies_about_sizes(rebuilt) -> None:
    def change(files: dict[str, bytes]) -> None:
        listed = json.loads(files["bundle.json"])["files"]
        edit_manifest(files, {"files": listed | {"README.md": listed["README.md"] | {"bytes": 1}}})

    with pytest.raises(TamperedError, match=r"README\.md.*the manifest says 1"):
        read_bundle(rebuilt(change))


def test_a_manifest_that_lies_about_the_model(rebuilt) -> None:
    def change(files: dict[str, bytes]) -> None:
        lineage = json.loads(files["bundle.json"])["lineage"]
        edit_manifest(files, {"lineage": lineage | {"file": lineage["file"] | {"sha256": "0" * 64}}})

    with pytest.raises(TamperedError, match="two different SHA-256 of the model file"):
        read_bundle(rebuilt(change))


def test_a_manifest_that_says_something_twice(rebuilt) -> None:
    def change(files: dict[str, bytes]) -> None:
        files["bundle.json"] = files["bundle.json"].replace(b'"files":', b'"files": {}, "files":', 1)

    with pytest.raises(BundleError, match="'files' stands there twice"):
        read_bundle(rebuilt(change))


def test_an_old_manifest_beside_the_new_one(rebuilt) -> None:
    with pytest.raises(TamperedError, match=r"holds 'manifest\.json'"):
        read_bundle(rebuilt(lambda files: files.update({"manifest.json": b"{}"})))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("model/model.skops", pickle.dumps(print)),
        ("model/model.skops", pickle.dumps([1, 2], protocol=2)),
        ("model/model.pkl", b"harmless"),
        ("deploy/extra.joblib", b"harmless"),
        ("notes.txt", pickle.dumps({"a": 1})),
    ],
)
def test_pickles(rebuilt, name: str, content: bytes) -> None:
    """Sealed or not: whoever finds one in a bundle might load it."""
    for seal_it in (False, True):
        with pytest.raises(BundleError, match="is a pickle"):
            read_bundle(rebuilt(lambda files: files.update({name: content}), seal=seal_it))


DOCUMENTS = (
    "schema.json",
    "task.json",
    "conformal.json",
    "certificate.json",
    "constraints.json",
    "explanation.json",
)
NONSENSE = {
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "deep-object": b'{"columns":' * 50_000 + b"1" + b"}" * 50_000,
    "as-deep-as-possible": b"[" * 400 + b"]" * 400,
    "long-number": b'{"classes": [' + b"9" * 10_000 + b"]}",
    "infinite": b'{"version": 1e999, "columns": [1e999], "classes": [1e999], "format": 1e999}',
    "no-number": b'{"version": NaN, "columns": NaN, "classes": NaN}',
    "null": b'{"version": 1, "columns": [null], "classes": null, "target": null}',
    "text": b'"text"',
    "list": b"[[]]",
    "number": b"7",
    "utf-16": '{"version": 1}'.encode("utf-16"),
    "cut": b'{"version": 1, "columns": [{"name": "a',
}


@pytest.mark.parametrize("nonsense", NONSENSE)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_that_are_nonsense(rebuilt, name: str, nonsense: str) -> None:
    """Whatever is in a document: it is refused in words, when it is opened or when it is asked for."""

    def read_all(path: Path) -> None:
        bundle = read_bundle(path)
        bundle.explanation()
        bundle.certificate()
        bundle.reviewed()

    path = rebuilt(lambda files: files.update({name: NONSENSE[nonsense]}), seal=True)
    with pytest.raises(GlassbenchError, match=r"damaged|no valid JSON"):
        read_all(path)


def test_a_huge_document(rebuilt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_BYTES", 1_000)
    with pytest.raises(BundleError, match=r"bundle\.json has .* bytes; no document"):
        read_bundle(rebuilt(lambda files: None))


def nested(**parts: bytes) -> bytes:
    """A zip, packed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name.replace("_", "."), content)
    return out.getvalue()


def test_a_bomb_among_the_arrays_of_the_plan(rebuilt) -> None:
    def change(files: dict[str, bytes]) -> None:
        files["model/plan.npz"] = nested(a0_npy=bytes(50 * 1024**2))

    bundle = read_bundle(rebuilt(change, seal=True))
    with pytest.raises(BundleError, match="may unpack to more"):
        bundle.predict_rows([dict.fromkeys(bundle.schema.names)])


def test_a_bomb_among_the_arrays_of_the_model(rebuilt) -> None:
    """A sparse matrix is a packed file of its own."""

    def change(files: dict[str, bytes]) -> None:
        out = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(files["model/model.skops"])) as source,
            zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target,
        ):
            for name in source.namelist():
                target.writestr(name, source.read(name))
            target.writestr("bomb.npz", nested(data_npy=bytes(100 * 1024**2)))
        files["model/model.skops"] = out.getvalue()

    with pytest.raises(BundleError, match="would unpack to"):
        read_bundle(rebuilt(change, seal=True))


def test_a_model_that_names_its_arrays_too_often(rebuilt, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(rebuilt(lambda files: None)) as source:
        data = source.read("model/model.skops")
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        together = sum(entry.file_size for entry in parts.infolist() if entry.filename != "schema.json")
    # Equal arrays are held once, so that some are named more than once already.
    monkeypatch.setattr(archive.Limits, "total_bytes", together)
    with pytest.raises(BundleError, match="would unpack to"):
        load_model(data)


def test_parts_of_a_model_that_claim_to_be_larger_than_it(rebuilt) -> None:
    def change(files: dict[str, bytes]) -> None:
        data = bytearray(files["model/model.skops"])
        central = data.index(b"PK\x01\x02")
        struct.pack_into("<I", data, central + 24, 2**31)
        files["model/model.skops"] = bytes(data)

    with pytest.raises(BundleError, match="larger than itself"):
        read_bundle(rebuilt(change, seal=True))
