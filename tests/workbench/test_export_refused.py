"""A bundle that its self-check refused: why, what is still there, and the way on."""

from __future__ import annotations

import pytest

from automl.jobs.folder import JobFolder
from automl.store import RunFolder

from .conftest import OpenPage
from .test_export_platforms import MODEL, built
from .test_pages import words

_REASON = "row 17: expected <b>0.81</b>, found 0.82"


def fail(run: RunFolder, message: str) -> None:
    job = JobFolder.create(run, "export", {"model": MODEL})
    job.path.rename(job.path.with_name(f"{job.path.name}-later"))  # ids sort by time, to the second
    later = JobFolder(job.path.with_name(f"{job.path.name}-later"))
    later.set_status("failed", message=message, error={"message": message, "id": "0badcafe"})


@pytest.mark.parametrize("earlier", [False, True])
def test_it_says_why_and_what_is_still_there(
    runs: dict[str, RunFolder], open_page: OpenPage, earlier: bool
) -> None:
    run = runs["finished"]
    if earlier:
        built(run, None)
        for path in (run.path / "jobs").iterdir():
            path.rename(path.with_name(f"00000000-000000-export-{path.name[-6:]}"))
    fail(run, f"The bundle failed its self-check: {_REASON} Nothing was exported.")
    page = open_page("export", run=run.id, model=MODEL)
    text = words(page)
    assert "No bundle was handed out" in text
    assert "It did not pass, so it was thrown away" in text
    assert "row 17: expected &lt;b&gt;0.81" in text
    assert "Nothing was exported" not in text, "said already"
    assert "0badcafe" in text
    assert any(button.label == "Try again" for button in page.button)
    assert ("is still there" in text) == earlier
    assert ("Download that one" in [each.label for each in page.get("download_button")]) == earlier


def test_what_could_not_even_be_built(runs: dict[str, RunFolder], open_page: OpenPage) -> None:
    fail(runs["finished"], "The machine ran out of memory.")
    text = words(open_page("export", run=runs["finished"].id, model=MODEL))
    assert "It could not be built" in text
    assert "ran out of memory" in text
    assert "thrown away" not in text
