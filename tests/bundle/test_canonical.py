"""A model file depends on nothing but the model: not on addresses, hashes, use, or unused bytes."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import joblib
import numpy as np
import pytest
import skops.io
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline

from automl.bundle.canonical import canonical, nodes
from automl.bundle.trusted import dump_model, load_model

WRITE = """
import sys, joblib
from automl.bundle.trusted import dump_model
model = joblib.load(sys.argv[1])
open(sys.argv[2], "wb").write(dump_model(model))
"""


def described(data: bytes) -> dict:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return json.loads(archive.read("schema.json"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_the_same_in_every_process(kind: str, everything, tmp_path: Path) -> None:
    """All families: here, from a copy that has been asked, and in a process with other hashes."""
    trained = everything(kind)
    data = dump_model(trained.model)
    stored = tmp_path / "model.joblib"
    joblib.dump(trained.model, stored)
    used = joblib.load(stored)
    trained.outputs(trained.frame)
    used.predict(trained.frame)
    assert dump_model(used) == data
    assert dump_model(load_model(data).model) == data, "what was loaded is written as it was"
    subprocess.run(
        [sys.executable, "-c", WRITE, str(stored), str(tmp_path / "other")],
        env={**os.environ, "PYTHONHASHSEED": "4711"},
        check=True,
        timeout=120,
    )
    assert (tmp_path / "other").read_bytes() == data


def test_it_is_the_same_model(small) -> None:
    raw = bytes(skops.io.dumps(small.model))
    data = canonical(raw)
    assert canonical(raw) == canonical(data) == data
    assert len(data) < len(raw)
    whole = load_model(raw).model.predict_proba(small.frame)
    np.testing.assert_array_equal(load_model(data).model.predict_proba(small.frame), whole)


def test_it_is_what_skops_itself_writes() -> None:
    X = np.random.default_rng(0).normal(size=(60, 3))
    for model in (RandomForestClassifier(3, random_state=0).fit(X, X[:, 0] > 0), LogisticRegression()):
        assert dump_model(model) == canonical(skops.io.dumps(model))


def test_what_is_shared_stays_shared() -> None:
    inner = LogisticRegression()
    model = load_model(canonical(skops.io.dumps(Pipeline([("a", inner), ("b", inner)])))).model
    assert model.steps[0][1] is model.steps[1][1]
    ids = [node["__id__"] for node in nodes(described(dump_model(model))) if "__id__" in node]
    assert sorted(set(ids)) == list(range(1, len(set(ids)) + 1))
    assert all(ids.count(number) > 1 for number in ids)


def test_unused_bytes_of_trees_are_not_copied() -> None:
    X = np.random.default_rng(0).normal(size=(60, 3))
    forest = RandomForestClassifier(2, random_state=0).fit(X, X[:, 0] > 0)
    data = dump_model(forest)
    tree = forest.estimators_[0].tree_
    state = tree.__getstate__()
    dirty = state["nodes"].copy()
    assert dirty.dtype.itemsize > sum(dirty.dtype[name].itemsize for name in dirty.dtype.names)
    raw = dirty.view(np.uint8).reshape(len(dirty), -1)
    used = np.zeros(dirty.dtype.itemsize, dtype=bool)
    for name, (kind, offset, *_) in dirty.dtype.fields.items():
        used[offset : offset + kind.itemsize] = True
        assert name
    raw[:, ~used] = 0xAB
    tree.__setstate__({**state, "nodes": dirty})
    assert bytes(skops.io.dumps(forest)).count(b"\xab" * 7) > len(dirty) // 2
    assert dump_model(forest) == data


def test_sets_have_an_order() -> None:
    words = {f"word{number}" for number in range(50)}
    schema = described(canonical(skops.io.dumps(words)))
    content = [json.loads(node["content"]) for node in schema["content"]]
    assert content == sorted(words, key=lambda word: json.dumps(json.dumps(word)))
    assert skops.io.loads(canonical(skops.io.dumps(words))) == words


def test_search_trees_forget_what_was_asked() -> None:
    X = np.random.default_rng(0).normal(size=(80, 3))
    model = KNeighborsClassifier(algorithm="kd_tree", leaf_size=5).fit(X, X[:, 0] > 0)
    fresh = dump_model(model)
    model.predict(X)
    assert dump_model(model) == fresh
