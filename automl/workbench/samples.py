"""The sample tables that come with Glassbench."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Sample", "samples"]


@dataclass(frozen=True)
class Sample:
    """A table that comes with Glassbench."""

    path: Path
    title: str
    text: str
    target: str


_SAMPLES = (
    (
        "telco_churn.csv",
        "Customer churn",
        "Churn",
        "7,043 telephone customers: which of them left? Two classes.",
    ),
    ("penguins.csv", "Penguins", "species", "344 penguins on three islands: which species? Three classes."),
    (
        "ames.csv",
        "House prices",
        "Sale_Price",
        "2,930 houses in Ames, Iowa, in 73 columns: what price? A number.",
    ),
    (
        "sms_spam.csv",
        "Text messages",
        "type",
        "5,574 text messages in plain words: which are spam? Two classes.",
    ),
)


def samples() -> list[Sample]:
    """The sample tables that are there: beside the package, or in the folder that the server was started in.

    An installed copy that is started elsewhere has none.
    """
    folders = (Path(__file__).resolve().parents[2] / "sample_data", Path("sample_data").absolute())
    folder = next((folder for folder in folders if folder.is_dir()), folders[0])
    found = (Sample(folder / file, title, text, target) for file, title, target, text in _SAMPLES)
    return [sample for sample in found if sample.path.is_file()]
