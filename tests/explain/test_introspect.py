"""Encoded columns traced to raw columns, tested on hybrids, or given up."""

from __future__ import annotations

import operator

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    OneHotEncoder,
    PolynomialFeatures,
    SplineTransformer,
    StandardScaler,
)

import explain
from explain.introspect import encode, resolve
from explain.space import FrameSpace, MatrixSpace


def _frame(series):
    return series.to_frame()


def encoded(transformer, frame):
    return encode(Pipeline([("t", transformer.fit(frame))]), FrameSpace(frame))


def test_each_encoded_column_belongs_to_its_raw_column(table, one_hot):
    space = encoded(one_hot(), table)
    # income, age, age missing; five cities with missing, two plans, one constant; since
    assert space.owner.tolist() == [0, 1, 1, 2, 2, 2, 2, 2, 3, 3, 5, 4]


@pytest.mark.parametrize(
    ("transformer", "owner"),
    [
        (OneHotEncoder(drop="first"), [0, 0, 1]),
        (OneHotEncoder(max_categories=2), [0, 0, 1, 1]),
        (
            make_pipeline(FunctionTransformer(operator.methodcaller("astype", "str")), OneHotEncoder()),
            [0] * 4 + [1] * 2,
        ),
    ],
)
def test_labels(table, transformer, owner):
    frame = table[["city", "plan"]].assign(city=table.city.fillna("Graz"))
    if isinstance(transformer, OneHotEncoder) and transformer.drop == "first":
        owner = [0, 0, 0, 1]
    assert encoded(transformer, frame).owner.tolist() == owner


@pytest.mark.parametrize(
    ("transformer", "owner"),
    [
        (StandardScaler(), [0, 1]),
        (SimpleImputer(add_indicator=True), [0, 1, 1]),
        (
            make_pipeline(SimpleImputer(), KBinsDiscretizer(3, quantile_method="averaged_inverted_cdf")),
            [0] * 3 + [1] * 3,
        ),
        (make_pipeline(SimpleImputer(), SplineTransformer(n_knots=3, degree=1)), [0] * 3 + [1] * 3),
        (FeatureUnion([("a", SimpleImputer()), ("b", StandardScaler())]), [0, 1, 0, 1]),
        (StandardScaler().set_output(transform="pandas"), [0, 1]),
        (ColumnTransformer([("s", StandardScaler(), [1])], remainder="passthrough"), [1, 0]),
    ],
)
def test_numbers(table, transformer, owner):
    assert encoded(transformer, table[["income", "age"]]).owner.tolist() == owner


def test_a_column_without_any_value_is_dropped_by_the_imputer(table):
    frame = table[["income", "age"]].assign(none=np.nan)[["none", "income", "age"]]
    with pytest.warns(UserWarning, match="Skipping features"):
        assert encoded(SimpleImputer(), frame).owner.tolist() == [1, 2]


def test_whatever_happens_to_a_single_column_is_its_own(table):
    """As dates and text are prepared: a column as a Series, steps of unknown width, mixtures at the end."""
    year = make_pipeline(FunctionTransformer(operator.attrgetter("dt.year")), FunctionTransformer(_frame))
    city = make_pipeline(
        FunctionTransformer(operator.methodcaller("fillna", "")),
        TfidfVectorizer(analyzer="char"),
        TruncatedSVD(2, random_state=0),
    )
    transformer = ColumnTransformer(
        [
            ("year", year, "since"),
            ("city", city, "city"),
            ("rest", "passthrough", ["income"]),
        ]
    )
    assert encoded(transformer, table).owner.tolist() == [4, 2, 2, 0]


@pytest.mark.parametrize(
    "mixing",
    [
        PCA(2),  # as many columns out as in: only the test on hybrids tells
        PolynomialFeatures(2, include_bias=False),
        FunctionTransformer(lambda frame: frame[:, ::-1]),
    ],
)
def test_mixed_columns_are_not_traced(table, mixing):
    assert encoded(make_pipeline(SimpleImputer(), mixing), table[["income", "age"]]) is None


def test_mixed_columns_are_explained_in_raw_space(table, answers, brute_force):
    X = table[["income", "age"]]
    model = make_pipeline(SimpleImputer(), StandardScaler(), PolynomialFeatures(2), LinearRegression())
    model.fit(X, answers["regression"])
    estimator, space = resolve(model, FrameSpace(X))
    assert estimator is model
    assert isinstance(space, FrameSpace)
    explanation = explain.explain(model, X[:3], X[50:60])
    np.testing.assert_allclose(explanation.values, brute_force(model.predict, X[:3], X[50:60]), atol=1e-10)


def test_a_model_on_plain_numbers_takes_hybrids_as_frames(table, answers):
    X = table[["income"]]
    _, space = resolve(LinearRegression().fit(X, answers["regression"]), FrameSpace(X))
    assert isinstance(space, MatrixSpace)
    assert list(space.inputs(np.zeros((2, 1), dtype=np.int64)).columns) == ["income"]


def test_hybrids_of_raw_rows_keep_dtypes(table):
    space = FrameSpace(table)
    index = np.random.default_rng(0).integers(0, len(table), (20, 6))
    hybrids = space.inputs(index)
    assert hybrids.dtypes.equals(table.dtypes)
    assert (
        hybrids.iloc[7, 2] is table.iloc[index[7, 2], 2] or hybrids.iloc[7, 2] == table.iloc[index[7, 2], 2]
    )
    # Equal codes mean equal values, missing ones included.
    assert (space.codes[:, 1] == -1).tolist() == table.age.isna().tolist()


def test_columns_are_found_by_name(table, answers, piped, one_hot):
    """Columns that the model does not read may stand anywhere: its own still have closed forms."""
    model = piped(one_hot(), Ridge(), table, answers["regression"])
    wider = table[table.columns[::-1]]
    wider.insert(2, "code", [f"id{row}" for row in range(len(wider))])
    plain = explain.explain(model, table[:4], table[100:120])
    found = explain.explain(model, wider[:4], wider[100:120])
    assert found.method == plain.method == "exact: linear in closed form"
    assert np.abs(found.values[:, 2]).max() == 0
    for column in table.columns:
        mine, other = found.values[:, found.column_index(column)], plain.values[:, plain.column_index(column)]
        np.testing.assert_allclose(mine, other, atol=1e-12)
