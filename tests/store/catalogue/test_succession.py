"""A challenger takes over, waits or is put aside: in one step, once, and only while its champion is one."""

from __future__ import annotations

import subprocess
import sys

import pytest

from automl.store.catalogue import Catalogue, ModelVersion, Place, open_catalogue

from ..conftest import make_model


@pytest.fixture
def three(catalogue: Catalogue) -> list[ModelVersion]:
    """Three versions, of which the first is the champion."""
    made = [make_model(catalogue, run=f"r{number}") for number in range(3)]
    catalogue.aliases.set("champion", made[0])
    return made


def pointing(catalogue: Catalogue) -> dict[str, str]:
    """What the aliases point to."""
    return {
        each.alias: catalogue.models.version(each.model_id).label for each in catalogue.aliases.all("churn")
    }


def test_a_challenger_takes_over_and_it_can_be_taken_back(
    catalogue: Catalogue, three: list[ModelVersion]
) -> None:
    one, two, _ = three
    told = catalogue.succession
    told.challenge(two, reason="Learned anew.")
    told.challenge(two, reason="Learned anew.")
    assert pointing(catalogue) == {"champion": "churn/1", "challenger": "churn/2"}
    assert len(catalogue.aliases.changes("churn", "challenger")) == 1
    for _ in range(2):  # a job that was killed asks again
        assert told.decide(two, one, "swap", retraining="j1", reason="It is better.") == "swapped"
    assert pointing(catalogue) == {"champion": "churn/2", "archived": "churn/1"}
    assert len(catalogue.audit.entries(action="champion_replaced")) == 1
    assert told.outcome_of("j1") == "swapped"
    assert told.outcome_of("j2") is None
    catalogue.aliases.rollback("churn", "champion", reason="It was worse.")
    assert pointing(catalogue)["champion"] == "churn/1"
    assert catalogue.audit.flaws() == []


def test_an_approval_completes_what_waits_for_it(
    catalogue: Catalogue, three: list[ModelVersion], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, _ = three
    told = catalogue.succession
    told.challenge(two, reason="")
    wait = {"retraining": "j1", "reason": "It is better.", "approver": "ada"}
    assert told.decide(two, one, "wait", **wait) == "waits"
    assert pointing(catalogue) == {"champion": "churn/1", "challenger": "churn/2"}
    waiting = told.pending("churn")
    assert waiting is not None
    assert (waiting.challenger, waiting.champion, waiting.approver) == (two, one, "ada")
    monkeypatch.setenv("GLASSBENCH_USER", "grace")
    catalogue.models.say(two, "approved")
    assert told.outcome_of("j1") == "waits"
    monkeypatch.setenv("GLASSBENCH_USER", "ada")
    catalogue.models.say(two, "comment", "Looks good.")
    assert pointing(catalogue)["champion"] == "churn/1"
    catalogue.models.say(two, "approved")
    assert pointing(catalogue) == {"champion": "churn/2", "archived": "churn/1"}
    assert told.outcome_of("j1") == "swapped"
    assert told.pending("churn") is None
    change = catalogue.aliases.changes("churn", "champion")[-1]
    assert change.who == "ada"
    assert "Approved by ada. It is better." in change.reason


def test_a_rejection_puts_it_aside(catalogue: Catalogue, three: list[ModelVersion]) -> None:
    one, two, _ = three
    told = catalogue.succession
    told.challenge(two, reason="")
    told.decide(two, one, "wait", retraining="j1", reason="It is better.")
    catalogue.models.say(two, "rejected", "Not in December.")
    assert pointing(catalogue) == {"champion": "churn/1"}
    assert told.outcome_of("j1") == "rejected"
    catalogue.models.say(two, "approved")  # too late: it challenges nobody
    assert pointing(catalogue) == {"champion": "churn/1"}
    assert "Not in December." in catalogue.models.statements(two)[1].text


def test_what_is_not_blessed_is_kept_with_its_reasons(
    catalogue: Catalogue, three: list[ModelVersion]
) -> None:
    one, two, three_ = three
    told = catalogue.succession
    told.challenge(two, reason="")
    assert told.decide(two, one, "keep", retraining="j1", reason="It is worse by 2.") == "kept"
    assert pointing(catalogue) == {"champion": "churn/1"}
    assert [each.text for each in catalogue.models.statements(two)] == ["It is worse by 2."]
    told.challenge(three_, reason="")
    assert told.decide(two, one, "keep", retraining="j1", reason="") == "kept"
    assert pointing(catalogue)["challenger"] == "churn/3"  # another one's


def test_who_was_overtaken_changes_nothing(catalogue: Catalogue, three: list[ModelVersion]) -> None:
    one, two, three_ = three
    told = catalogue.succession
    told.challenge(two, reason="")
    told.decide(two, one, "wait", retraining="j1", reason="It is better.")
    catalogue.aliases.set("champion", three_)
    catalogue.models.say(two, "approved")
    assert told.outcome_of("j1") == "overtaken"
    assert told.decide(two, one, "swap", retraining="j2", reason="Better.") == "overtaken"
    assert pointing(catalogue) == {"champion": "churn/3"}
    assert (
        "churn/1, which is the champion no more: it is churn/3" in catalogue.models.statements(two)[-1].text
    )


CODE = """
import sys
from automl.store.catalogue import open_catalogue
me, champion = sys.argv[1], sys.argv[2]
with open_catalogue() as catalogue:
    mine, theirs = catalogue.models.find(me), catalogue.models.find(champion)
    catalogue.succession.challenge(mine, reason="")
    print("ready", flush=True)
    sys.stdin.readline()
    print(catalogue.succession.decide(mine, theirs, "swap", retraining=me, reason="It is better."))
"""


def test_of_two_that_race_one_wins(place: Place, catalogue: Catalogue, three: list[ModelVersion]) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CODE, model.label, three[0].label],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for model in three[1:]
    ]  # fmt: skip
    try:
        said = []
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        for child in children:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        for child in children:
            out, err = child.communicate(timeout=120)
            assert (child.returncode, err) == (0, "")
            said.append(out.strip())
    finally:
        for child in children:
            child.kill()
            child.communicate()
    assert sorted(said) == ["overtaken", "swapped"]
    winner = three[1:][said.index("swapped")]
    with open_catalogue() as anew:
        found = pointing(anew)
        assert (found["champion"], found["archived"]) == (winner.label, "churn/1")
        assert len(anew.aliases.changes("churn", "champion")) == 2
        assert anew.audit.flaws() == []
