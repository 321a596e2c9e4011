"""The portability certificate in a copy of a bundle; asking the platforms themselves: tests/platforms."""

from __future__ import annotations

import json
import math
import zipfile
from pathlib import Path

import pytest

from automl.bundle import read_bundle
from automl.bundle.parity import PARITY, Parity, Proven, read_parity, write_parity
from automl.errors import BundleError, SettingError

MLFLOW = Proven("MLflow", "3.17.2", "pyfunc.load_model, a CSV file", 62, 2.2e-16)
AZURE = Proven("Azure ML inference server", "1.5.1", "POST /score, CSV", 62, 0.0)
WRONG = Proven("Elsewhere", "1", "by <hand>", 62, math.inf)


def text(path: Path, name: str) -> str:
    """A file of a zip."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode()


@pytest.fixture(scope="module")
def copy(bundle_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certified copy of the small model's bundle."""
    place = tmp_path_factory.mktemp("certified") / "copy.zip"
    return write_parity(bundle_path, place, Parity("2026-11-27", (MLFLOW, AZURE)))


def test_a_copy_carries_it(bundle_path: Path, copy: Path) -> None:
    bundle = read_bundle(copy)
    assert read_bundle(bundle_path).file(PARITY) is None
    parity = read_parity({PARITY: bundle.file(PARITY) or b""})
    assert parity == Parity("2026-11-27", (MLFLOW, AZURE))
    assert [name for name, _, _ in parity.platforms] == ["MLflow", "Azure ML inference server"]
    card, page = text(copy, "MODEL_CARD.md"), text(copy, "model_card.html")
    assert "## Where it predicts the same\n\nOn 2026-11-27 the platforms" in card
    assert "| MLflow 3.17.2 | pyfunc.load\\_model, a CSV file | 62 | 2e-16 |" in card
    assert card.rstrip().endswith(text(bundle_path, "MODEL_CARD.md").rstrip().splitlines()[-1])
    assert page.count("Where it predicts the same</h2>") == 1
    assert page.index("Where it predicts the same") < page.index("</main>")


def test_again_takes_the_place_of_the_older_one(copy: Path, tmp_path: Path) -> None:
    second = write_parity(copy, tmp_path / "2.zip", Parity("2026-11-28", (AZURE, WRONG)))
    card, page = text(second, "MODEL_CARD.md"), text(second, "model_card.html")
    for shown in (card, page):
        assert shown.count("Where it predicts the same") == 1
        assert "2026-11-27" not in shown
        assert "They differ on Elsewhere: do not rely on the model there." in shown
    assert "<hand>" not in page
    told = json.loads(text(second, PARITY))
    assert told["routes"][1]["largest_difference"] is None
    assert Parity.from_json(told).routes[1] == WRONG
    assert not WRONG.same


def test_what_makes_no_sense(bundle_path: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="'yesterday' is no date"):
        write_parity(bundle_path, tmp_path / "out.zip", Parity("yesterday", (MLFLOW,)))
    with pytest.raises(SettingError, match="at least one platform"):
        write_parity(bundle_path, tmp_path / "out.zip", Parity("2026-11-28", ()))
    assert read_parity({}) is None
    for damaged in (
        b"{",
        b'{"version": 1}',
        b'{"version": 2, "date": "", "routes": []}',
        b'{"version": 1, "date": "", "routes": [1]}',
    ):
        with pytest.raises(BundleError, match=r"certificate|valid JSON"):
            read_parity({PARITY: damaged})
