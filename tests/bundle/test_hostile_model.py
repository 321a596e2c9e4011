"""Model files with something in them that Glassbench never writes: refused before anything is built."""

from __future__ import annotations

import collections
import functools
import io
import json
import operator
import os
import pathlib
import zipfile
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn.feature_extraction.text
import sklearn.linear_model
import skops.io
from sklearn.cluster import Birch
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from automl.bundle.trusted import dump_model, load_model
from automl.errors import BundleError


def step(function: Any, **keywords: Any) -> FunctionTransformer:
    return FunctionTransformer(function, kw_args=keywords or None)


def edited(data: bytes, change: Any) -> bytes:
    """Return a model file with its description changed in place."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "schema.json":
                schema = json.loads(content)
                change(schema)
                content = json.dumps(schema).encode()
            target.writestr(name, content)
    return out.getvalue()


def nodes(schema: Any):
    """Walk over all nodes of a description."""
    if isinstance(schema, dict):
        if "__loader__" in schema:
            yield schema
        for child in schema.values():
            yield from nodes(child)
    elif isinstance(schema, list):
        for child in schema:
            yield from nodes(child)


methods = operator.methodcaller


@pytest.mark.parametrize(
    "function",
    [
        os.system,
        os.remove,
        eval,
        exec,
        pd.read_pickle,
        pd.eval,
        np.load,
        np.fromfile,
        methods("to_pickle", "/tmp/x"),
        methods("to_csv", "/tmp/x"),
        methods("eval", "@__import__('os').system('id')"),
        methods("query", "@pd.io.common.os.system('id')"),
        methods("apply", os.system),
        methods("apply", pd.to_numeric),
        methods("apply", pd.to_datetime, 0, False, None, ("coerce",)),
        methods("map", eval),
        methods("pipe", os.system),
        methods("astype", "category"),
        methods("__reduce__"),
        methods("replace", "(a+)+$", "", -1, None, 0, True),
        methods("replace", "a*", "", -1, None, 0, True),
        methods("replace", "a", "b"),
        methods("count", "(a+)+$"),
        methods("to_frame", "x"),
        operator.attrgetter("__class__"),
        operator.attrgetter("str.__class__"),
        operator.attrgetter("T"),
        operator.itemgetter(0),
        functools.partial(os.system, "id"),
        functools.partial(print),
        np.asarray,
        pd.DataFrame,
        pathlib.Path,
    ],
    ids=lambda function: repr(function).partition(" at 0x")[0],  # the same in every process
)
def test_functions_that_are_not_ours(function: Any) -> None:
    with pytest.raises(BundleError, match="which Glassbench never writes"):
        load_model(skops.io.dumps(Pipeline([("prep", step(function))])))


@pytest.mark.parametrize(
    ("function", "keywords"),
    [
        (pd.to_numeric, {}),
        (pd.to_numeric, {"errors": "raise"}),
        (pd.to_datetime, {"errors": "coerce", "utc": True, "format": "%Y", "cache": False}),
        (pd.to_datetime, {"errors": "coerce", "utc": True, "format": 3}),
        (methods("to_frame"), {"name": "x"}),
        (np.column_stack, {"dtype": "O"}),
    ],
)
def test_known_functions_with_other_arguments(function: Any, keywords: dict[str, Any]) -> None:
    with pytest.raises(BundleError, match="a step that calls"):
        load_model(skops.io.dumps(step(function, **keywords)))


def test_inverse_functions() -> None:
    hidden = FunctionTransformer(methods("to_frame"), inverse_func=methods("to_frame"))
    with pytest.raises(BundleError, match="on the way back"):
        load_model(skops.io.dumps(hidden))
    hidden = FunctionTransformer(np.log, inverse_func=np.sin)
    with pytest.raises(BundleError, match="on the way back"):
        load_model(skops.io.dumps(hidden))


@pytest.mark.parametrize("limits", [{"a_min": 0.0, "a_max": 1.0, "out": 2.0}, {"a_min": 0.0, "a_max": "1"}])
def test_ranges_on_the_way_back_are_two_numbers(limits: dict[str, Any]) -> None:
    hidden = FunctionTransformer(inverse_func=np.clip, inv_kw_args=limits)
    with pytest.raises(BundleError, match="on the way back"):
        load_model(skops.io.dumps(hidden))


@pytest.mark.parametrize(
    "model",
    [
        SimpleImputer(strategy=np.mean),
        KNeighborsClassifier(weights=np.exp),
        sklearn.feature_extraction.text.CountVectorizer(input="filename"),
        sklearn.feature_extraction.text.CountVectorizer(preprocessor=str.split),
        sklearn.feature_extraction.text.HashingVectorizer(input="filename"),
        sklearn.feature_extraction.text.HashingVectorizer(analyzer=str.split),
        sklearn.feature_extraction.text.TfidfVectorizer(),
        sklearn.linear_model.SGDClassifier(),
        Pipeline([("a", pathlib.PurePosixPath("/etc/passwd"))]),
        Pipeline([("a", collections.Counter())]),
        Pipeline([("a", collections.defaultdict(os.getcwd))]),
        Pipeline([("a", b"bytes")]),
        os.system,
        pd.Series([1.0]),
    ],
    ids=lambda model: type(model).__name__,
)
def test_other_types(model: Any) -> None:
    try:
        data = skops.io.dumps(model)
    except (TypeError, ValueError, AttributeError) as error:
        pytest.fail(f"skops cannot write this, so it tests nothing: {error}")
    with pytest.raises(BundleError):
        load_model(data)


@pytest.mark.parametrize("method", ["fit", "set_params", "decision_function", "auto"])
def test_a_threshold_asks_for_probabilities_only(method: str) -> None:
    """Any other name would be called as a method of the model, with the rows."""
    X = np.random.default_rng(0).normal(size=(40, 2))
    inside = sklearn.linear_model.LogisticRegression().fit(X, X[:, 0] > 0)

    def deciding(response: str) -> FixedThresholdClassifier:
        model = FixedThresholdClassifier(
            FrozenEstimator(inside), threshold=0.3, response_method="predict_proba"
        )
        model.fit(X, X[:, 0] > 0)
        return model.set_params(response_method=response)

    assert load_model(dump_model(deciding("predict_proba"))).model.threshold == 0.3
    with pytest.raises(BundleError, match="response_method"):
        load_model(dump_model(deciding(method)))


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(BundleError, match="cannot be written"):
        dump_model(Birch())


def test_a_renamed_type() -> None:
    def change(schema: dict[str, Any]) -> None:
        schema["__class__"], schema["__module__"] = "Popen", "subprocess"

    with pytest.raises(BundleError, match=r"subprocess\.Popen"):
        load_model(edited(skops.io.dumps(SimpleImputer()), change))


def test_two_objects_under_one_id() -> None:
    """skops builds the first node of an id wherever that id stands; the audit must not look at the second."""

    def change(schema: dict[str, Any]) -> None:
        first, second = (node["attrs"] for node in nodes(schema) if node["__loader__"] == "OperatorFuncNode")
        second["__id__"] = first["__id__"]

    model = Pipeline([("one", step(methods("astype", "str"))), ("two", step(methods("to_frame")))])
    load_model(skops.io.dumps(model))
    with pytest.raises(BundleError, match="two different objects under one id"):
        load_model(edited(skops.io.dumps(model), change))


def test_arguments_hidden_behind_plain_data() -> None:
    """A tuple of plain texts, harmless where it stands, lends its id to the arguments of a step."""
    plain = SimpleImputer(missing_values=("to_pickle", "/tmp/x"))
    model = Pipeline([("a", plain), ("b", step(methods("astype", "str")))])

    def change(schema: dict[str, Any]) -> None:
        imputer = next(node for node in nodes(schema) if node["__class__"] == "SimpleImputer")
        called = next(node["attrs"] for node in nodes(schema) if node["__loader__"] == "OperatorFuncNode")
        called["__id__"] = imputer["content"]["content"]["missing_values"]["__id__"]

    load_model(skops.io.dumps(model))
    with pytest.raises(BundleError, match="two different objects under one id"):
        load_model(edited(skops.io.dumps(model), change))


@pytest.mark.parametrize("protocol", [0, 1, 3, True, "2", None])
def test_other_protocols(protocol: Any) -> None:
    data = edited(skops.io.dumps(SimpleImputer()), lambda schema: schema.update(protocol=protocol))
    with pytest.raises(BundleError, match="protocol"):
        load_model(data)


def test_keys_of_another_type() -> None:
    def change(schema: dict[str, Any]) -> None:
        schema["content"]["key_types"]["content"][0] |= {"__class__": "system", "__module__": "os"}

    with pytest.raises(BundleError, match="strange keys"):
        load_model(edited(skops.io.dumps(SimpleImputer()), change))


@pytest.mark.parametrize("field", ["__class__", "__module__", "__loader__"])
def test_damaged_nodes(field: str) -> None:
    with pytest.raises(BundleError):
        load_model(edited(skops.io.dumps(SimpleImputer()), lambda schema: schema.pop(field)))


def test_nested_too_deeply() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr("schema.json", '{"content":' * 50_000 + "1" + "}" * 50_000)
    with pytest.raises(BundleError, match="no skops file"):
        load_model(out.getvalue())


def fitted(model: Any) -> Any:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    X[:, 2] = rng.integers(0, 4, 60)
    return model.fit(X, X[:, 0] + 9 * (X[:, 2] % 2) > 4)


def test_a_tree_that_leads_out_of_its_memory() -> None:
    forest = fitted(RandomForestClassifier(3, random_state=0))
    load_model(dump_model(forest))
    state = forest.estimators_[1].tree_.__getstate__()
    for field, value in {"left_child": 10**6, "right_child": -7, "feature": 99}.items():
        forged = state["nodes"].copy()
        forged[field][0] = value
        forest.estimators_[1].tree_.__setstate__({**state, "nodes": forged})
        with pytest.raises(BundleError, match="a tree"):
            load_model(dump_model(forest))
    forest.estimators_[1].tree_.__setstate__({**state, "nodes": state["nodes"]})
    forest.n_features_in_ = 2
    with pytest.raises(BundleError, match="another width"):
        load_model(dump_model(forest))


@pytest.mark.parametrize(
    ("field", "value"), [("left", 10**6), ("right", 0), ("feature_idx", 77), ("bitset_idx", 500)]
)
def test_a_boosted_tree_that_leads_out_of_its_memory(field: str, value: int) -> None:
    boosted = fitted(HistGradientBoostingClassifier(max_iter=4, categorical_features=[2], random_state=0))
    load_model(dump_model(boosted))
    nodes_ = boosted._predictors[2][0].nodes
    inner = np.flatnonzero(
        (nodes_["is_leaf"] == 0) & ((field != "bitset_idx") | (nodes_["is_categorical"] == 1))
    )
    nodes_[field][inner[0]] = value
    with pytest.raises(BundleError, match=r"a tree|a boosted tree"):
        load_model(dump_model(boosted))


def test_neighbours_out_of_order() -> None:
    model = fitted(KNeighborsClassifier(algorithm="kd_tree", leaf_size=5))
    load_model(dump_model(model))
    model._y = model._y[:-3]
    with pytest.raises(BundleError, match="without their targets"):
        load_model(dump_model(model))
