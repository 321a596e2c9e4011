"""Odd files on the page: each ends in a usable table or in words with a next step, never in a traceback."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from automl.store import Home
from automl.workbench import drafts

from .conftest import OpenPage
from .odd_files import OddFile, odd_files
from .test_pages import words

FILES = odd_files()


def as_parameter(file: OddFile) -> Any:
    """The widest one takes half a minute."""
    slow = file.name == "ten thousand columns.csv"
    return pytest.param(file, id=file.name, marks=pytest.mark.slow if slow else ())


def test_there_are_many_and_they_differ() -> None:
    assert len(FILES) >= 40
    assert len({file.name for file in FILES}) == len(FILES)


@pytest.mark.parametrize("file", list(map(as_parameter, FILES)))
def test_a_table_or_a_next_step(open_page: OpenPage, home: Path, file: OddFile) -> None:
    draft = drafts.from_upload(Home(home), file.name, io.BytesIO(file.content))
    page = open_page("new", timeout=240, upload=draft.id)
    text = words(page).replace("\\", "")
    if file.table is None:
        assert file.refusal in text
        said = page.error[0].value
        assert "\n\n" in said, "what is wrong, and what to do"
        assert "Use another table" in {button.label for button in page.button}
        return
    assert not page.error
    assert file.facts in text
    target = next(box for box in page.selectbox if box.label.startswith("Which column"))
    assert len(target.options) == file.table[1]
    target.set_value(target.options[-1]).run()
    assert not page.exception, "whatever is chosen, the page stands"
