"""In whose name something goes on record."""

from __future__ import annotations

import threading

import pytest

from automl.store.who import USER, acting_as, who


def test_whoever_acts_comes_before_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(USER, "server")
    with acting_as("  ada@example.org "):
        assert who() == "ada@example.org"
        with acting_as("x" * 500):
            assert who() == "x" * 100
        with acting_as(None):
            assert who() == "server"
        assert who() == "ada@example.org"
    assert who() == "server"
    with acting_as("  "):
        assert who() == "server"


def test_who_acts_in_one_thread_does_not_in_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(USER, "server")
    seen: list[str] = []
    with acting_as("ada"):
        other = threading.Thread(target=lambda: seen.append(who()))
        other.start()
        other.join()
    assert seen == ["server"]
