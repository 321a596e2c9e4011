"""Errors nobody planned for: an id on the page, the details in the log, no traceback in the browser."""

from __future__ import annotations

import logging
import re

import pytest
from streamlit.testing.v1 import AppTest


def _unexpected() -> None:
    from automl.workbench.server import on_script_error

    assert on_script_error(KeyError("secret of the table")), "Streamlit's own box is left out"


def _expected() -> None:
    from automl.errors import DataError
    from automl.workbench.server import on_script_error

    assert on_script_error(DataError("Line 3 has *5* fields instead of 4.", fix="Mend <line> 3."))


def test_an_unexpected_error_shows_an_id_that_the_log_explains(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, logger="automl.workbench"):
        page = AppTest.from_function(_unexpected).run()
    assert not page.exception
    shown = page.error[0].value
    assert "secret" not in shown
    found = re.search(r"error `([0-9a-f]{8})`", shown)
    assert found is not None
    assert f"Error {found[1]}" in caplog.text
    assert "secret of the table" in caplog.text


def test_an_expected_error_says_what_to_do() -> None:
    page = AppTest.from_function(_expected).run()
    assert not page.exception
    assert r"Line 3 has \*5\* fields instead of 4." in page.error[0].value
    assert r"Mend \<line\> 3." in page.error[0].value
