"""What a model file may hold: written here, in code, never in the file.

Extending a model family or the preprocessor by a new class or step means extending these lists; the suites in
``tests/bundle`` fail until that is done. A name is listed only after asking what an attacker who controls all
of its attributes could do with it.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = [
    "ATTRIBUTES",
    "KEY_TYPES",
    "PLAIN_TYPES",
    "TYPES",
    "Call",
    "Reference",
    "function_allowed",
    "inverse_allowed",
]


@dataclass(frozen=True)
class Reference:
    """A function or class named in the file, not yet imported."""

    name: str


@dataclass(frozen=True)
class Call:
    """An ``operator.methodcaller`` or ``attrgetter``, or a ``functools.partial``, not yet built."""

    name: str
    arguments: tuple[Any, ...]


def _names(module: str, classes: str) -> frozenset[str]:
    return frozenset(f"{module}.{name}" for name in classes.split())


_ESTIMATORS = frozenset().union(
    _names("sklearn.pipeline", "Pipeline FeatureUnion"),
    _names("sklearn.compose._column_transformer", "ColumnTransformer"),
    _names("sklearn.compose._target", "TransformedTargetRegressor"),
    _names("sklearn.ensemble._voting", "VotingClassifier VotingRegressor"),
    _names(
        "sklearn.calibration",
        "CalibratedClassifierCV _CalibratedClassifier _SigmoidCalibration _TemperatureScaling",
    ),
    _names("sklearn.isotonic", "IsotonicRegression"),
    _names("sklearn.model_selection._classification_threshold", "FixedThresholdClassifier"),
    _names("sklearn.frozen._frozen", "FrozenEstimator"),
    # preprocessing
    _names("sklearn.preprocessing._function_transformer", "FunctionTransformer"),
    _names("sklearn.preprocessing._encoders", "OrdinalEncoder OneHotEncoder"),
    _names("sklearn.preprocessing._data", "StandardScaler QuantileTransformer"),
    _names("sklearn.preprocessing._polynomial", "SplineTransformer"),
    _names("sklearn.preprocessing._label", "LabelEncoder LabelBinarizer"),
    _names("sklearn.preprocessing._target_encoder", "TargetEncoder"),
    _names("sklearn.model_selection._split", "KFold"),  # by which the encoder parted its rows
    _names("sklearn.impute._base", "SimpleImputer MissingIndicator"),
    _names("sklearn.feature_extraction.text", "CountVectorizer HashingVectorizer TfidfTransformer"),
    _names("sklearn.decomposition._truncated_svd", "TruncatedSVD"),
    _names("scipy.interpolate._bsplines", "BSpline"),
    # models
    _names("sklearn.dummy", "DummyClassifier DummyRegressor"),
    _names("sklearn.linear_model._logistic", "LogisticRegression"),
    _names("sklearn.linear_model._ridge", "Ridge"),
    _names("sklearn.linear_model._coordinate_descent", "ElasticNet"),
    _names(
        "sklearn.ensemble._forest",
        "ExtraTreesClassifier ExtraTreesRegressor RandomForestClassifier RandomForestRegressor",
    ),
    _names(
        "sklearn.tree._classes",
        "DecisionTreeClassifier DecisionTreeRegressor ExtraTreeClassifier ExtraTreeRegressor",
    ),
    _names(
        "sklearn.ensemble._hist_gradient_boosting.gradient_boosting",
        "HistGradientBoostingClassifier HistGradientBoostingRegressor",
    ),
    _names("sklearn.ensemble._hist_gradient_boosting.binning", "_BinMapper"),
    _names("sklearn.ensemble._hist_gradient_boosting.predictor", "TreePredictor"),
    _names(
        "sklearn._loss.loss",
        "HalfBinomialLoss HalfMultinomialLoss HalfSquaredError AbsoluteError HalfPoissonLoss HalfGammaLoss",
    ),
    _names("sklearn._loss.link", "IdentityLink Interval LogitLink LogLink MultinomialLogit"),
    _names("sklearn.neighbors._classification", "KNeighborsClassifier"),
    _names("sklearn.neighbors._regression", "KNeighborsRegressor"),
    _names("sklearn.neighbors._kd_tree", "KDTree"),
    _names(
        "sklearn.metrics._dist_metrics",
        "EuclideanDistance EuclideanDistance64 ManhattanDistance ManhattanDistance64 "
        "MinkowskiDistance MinkowskiDistance64",
    ),
    _names("sklearn.neural_network._multilayer_perceptron", "MLPClassifier MLPRegressor"),
    _names("sklearn.neural_network._stochastic_optimizers", "AdamOptimizer SGDOptimizer"),
    _names("lightgbm.sklearn", "LGBMClassifier LGBMRegressor"),
    _names("lightgbm.basic", "Booster"),
)

#: Types whose mere name may appear anywhere: calling them makes a number, a text or an empty container.
PLAIN_TYPES = frozenset().union(
    _names("builtins", "bool float int str"),
    _names("numpy", "bool float32 float64 int8 int32 int64 uint8 uint32 uint64"),
    _names("collections", "OrderedDict"),
)
KEY_TYPES = PLAIN_TYPES - {"collections.OrderedDict"}

#: Which types each kind of node in the file may stand for.
TYPES: dict[str, frozenset[str]] = {
    "ObjectNode": _ESTIMATORS,
    "TreeNode": _names("sklearn.tree._tree", "Tree"),
    "LossNode": _names(
        "sklearn._loss._loss",
        "CyHalfBinomialLoss CyHalfMultinomialLoss CyHalfSquaredError CyAbsoluteError "
        "CyHalfPoissonLoss CyHalfGammaLoss",
    ),
    "DictNode": _names("builtins", "dict")
    | _names("collections", "OrderedDict")
    | _names("sklearn.utils._bunch", "Bunch"),
    "DefaultDictNode": _names("collections", "defaultdict"),
    "ListNode": _names("builtins", "list"),
    "TupleNode": _names("builtins", "tuple"),
    "SetNode": _names("builtins", "set"),
    "SliceNode": _names("builtins", "slice"),
    "JsonNode": _names("builtins", "str"),
    "NdArrayNode": _names("numpy", "ndarray bool float32 float64 int8 int32 int64 uint8 uint32 uint64 str_"),
    "DTypeNode": _names("numpy", "dtype"),
    "SparseMatrixNode": _names("scipy.sparse._csr", "csr_matrix csr_array"),
    "RandomStateNode": _names("numpy.random.mtrand", "RandomState"),
    "RandomGeneratorNode": _names("numpy.random._generator", "Generator"),
    "TypeNode": PLAIN_TYPES,
    # Always checked as a whole, against `function_allowed` or the one attribute named here.
    "FunctionNode": _names("scipy._lib.array_api_compat.numpy._aliases", "asarray"),
}

#: Attributes that must have one of these values, since another would read files named by a row, or call any
#: method of the model by its name.
ATTRIBUTES: dict[str, dict[str, tuple[Any, ...]]] = {
    "sklearn.feature_extraction.text.CountVectorizer": {"input": ("content",)},
    "sklearn.feature_extraction.text.HashingVectorizer": {"input": ("content",)},
    "sklearn.model_selection._classification_threshold.FixedThresholdClassifier": {
        "response_method": ("predict_proba",)
    },
}

_DATE_PARTS = ("year", "month", "day", "day_of_week", "day_of_year", "hour")
_COUNTED = (r"(?s).", r"[^ \t\r\n]+", r"[0-9]", r"[A-Z]")
_NUMBER = r"([0-9]{1,15}(?:\.[0-9]{1,15})?)"
_LONGEST_PATTERN = 2000
#: The only parts of a cleaning pattern that may repeat.
_REPEATING = (r"\.(?=.*['\"])", r"\\x[0-9a-f]{2}", r"\\u[0-9a-f]{4}")


def _texts(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)


def _spellings(value: Any) -> bool:
    """Return whether a value is column → spelling → spelling."""
    return isinstance(value, dict) and all(
        isinstance(inner, dict) and _texts(list(inner)) and _texts(list(inner.values()))
        for inner in value.values()
    )


def _numbers(value: Any) -> bool:
    return isinstance(value, list) and all(type(item) in (int, float) for item in value)


def _sentinels(value: Any) -> bool:
    """Return whether a value is column → numbers that mean missing."""
    return isinstance(value, dict) and all(map(_numbers, value.values()))


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _harmless_pattern(pattern: Any) -> bool:
    """Return whether a regular expression cannot take more than linear time in a cell's length.

    The known pieces aside, nothing may repeat, group or be optional.
    """
    if not isinstance(pattern, str) or len(pattern) > _LONGEST_PATTERN:
        return False
    for known in _REPEATING:
        pattern = pattern.replace(known, "")
    return not re.search(r"[*+?({]", re.sub(r"\\.", "", pattern, flags=re.DOTALL))


def _replace(arguments: tuple[Any, ...]) -> bool:
    if len(arguments) == 1:
        return _spellings(arguments[0])
    if len(arguments) == 2:
        if arguments[1] == "":
            return _texts(arguments[0])
        return _is_nan(arguments[1]) and (_sentinels(arguments[0]) or _numbers(arguments[0]))
    pattern, replacement, *rest = arguments
    return isinstance(replacement, str) and rest == [-1, None, 0, True] and _harmless_pattern(pattern)


def _counts(arguments: tuple[Any, ...]) -> bool:
    """Return whether this is value → number of rows."""
    return (
        len(arguments) == 1
        and isinstance(arguments[0], dict)
        and _texts(list(arguments[0]))
        and all(type(count) is int for count in arguments[0].values())
    )


def _positions(arguments: tuple[Any, ...]) -> bool:
    """Return whether these are positions of columns, and the axis of the columns."""
    return (
        len(arguments) == 2
        and isinstance(arguments[0], list)
        and all(type(position) is int for position in arguments[0])
        and arguments[1] == 1
    )


def _pairs(arguments: tuple[Any, ...]) -> bool:
    """Return whether this is the shape of rows of pairs."""
    shape = arguments[0] if len(arguments) == 1 else None
    return isinstance(shape, tuple) and len(shape) == 3 and shape[::2] == (-1, 2) and type(shape[1]) is int


_TO_NUMBER = Reference("pandas.to_numeric")
_LARGEST = sys.float_info.max
#: operator.methodcaller: method → whether it may be called with these arguments.
_METHODS: dict[str, Callable[[tuple[Any, ...]], bool]] = {
    "apply": lambda arguments: arguments == (_TO_NUMBER, 0, False, None, ("coerce",)),
    "astype": lambda arguments: arguments in (("str",), ("float64",), ("object",)),
    "clip": lambda arguments: arguments == (-_LARGEST, _LARGEST),
    "dot": lambda arguments: arguments == ((4096.0, 1.0),),
    "count": lambda arguments: len(arguments) == 1 and arguments[0] in _COUNTED,
    "extract": lambda arguments: arguments in ((_NUMBER, 0, False), (_NUMBER + r"[^0-9]*\Z", 0, False)),
    "fillna": lambda arguments: arguments == ("",),
    "map": lambda arguments: arguments == (Reference("builtins.repr"),) or _counts(arguments),
    "prod": lambda arguments: arguments == (2,),
    "replace": _replace,
    "reshape": _pairs,
    "squeeze": lambda arguments: arguments == (2,),
    "sum": lambda arguments: arguments == (2,),
    "take": _positions,
    "to_frame": lambda arguments: arguments == (),
    "toarray": lambda arguments: arguments == (),
    "to_numpy": lambda arguments: arguments in (("object",), ("float64",)),
    "to_julian_date": lambda arguments: arguments == (),
    "view": lambda arguments: arguments == ("complex128",),
}
_ATTRIBUTE_GETS = (("str",), _DATE_PARTS, _DATE_PARTS[:-1])
_CHECK_ARRAY = Call(
    "functools.partial",
    (
        Reference("sklearn.utils.validation.check_array"),
        (),
        {"dtype": [Reference("numpy.float64")], "ensure_all_finite": False},
        None,
    ),
)


_FUNCTIONS = tuple(
    Reference(name) for name in ("pandas.DatetimeIndex", "numpy.angle", "numpy.column_stack", "numpy.diff")
)

#: What a step may call on the way back: the inverse of what it calls.
_INVERSES = {
    Reference("numpy.log"): Reference("numpy.exp"),
    Reference("numpy.log1p"): Reference("numpy.expm1"),
}


def inverse_allowed(function: Any, inverse: Any, keywords: Any) -> bool:
    """Return whether a FunctionTransformer with this function may hold this inverse and its arguments."""
    if inverse == Reference("numpy.clip"):
        return (
            function is None
            and isinstance(keywords, dict)
            and set(keywords) == {"a_min", "a_max"}
            and all(isinstance(limit, float) for limit in keywords.values())
        )
    if keywords not in (None, {}):
        return False
    return inverse is None or any(
        function == forward and inverse == back for forward, back in _INVERSES.items()
    )


def function_allowed(function: Any, keywords: Any) -> bool:
    """Return whether a FunctionTransformer may hold this function with these keyword arguments.

    Parameters
    ----------
    function : Reference, Call or None
        The function, read from the file as plain data.
    keywords : dict or None
    """
    if function == _TO_NUMBER:
        return bool(keywords == {"errors": "coerce"})
    if function == Reference("pandas.to_datetime"):
        return (
            isinstance(keywords, dict)
            and isinstance(keywords.get("format"), str)
            and keywords == {"errors": "coerce", "utc": True, "format": keywords["format"]}
        )
    if keywords not in (None, {}):
        return False
    if function is None or function == _CHECK_ARRAY or function in (*_FUNCTIONS, *_INVERSES):
        return True
    if isinstance(function, Call) and function.name == "operator.attrgetter":
        return function.arguments in _ATTRIBUTE_GETS
    if isinstance(function, Call) and function.name == "operator.methodcaller" and function.arguments:
        method, *arguments = function.arguments
        return isinstance(method, str) and method in _METHODS and _METHODS[method](tuple(arguments))
    return False
