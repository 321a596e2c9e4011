"""The first pass over a model file: read its description and refuse what is not on the lists.

Nothing is imported or built here. A skops file is a zip with ``schema.json``, a tree of nodes that say which
class to build from what, beside the arrays. This pass walks that tree itself, since skops trusts every
scikit-learn class and checks neither the arguments of an ``operator.methodcaller`` nor keys of dictionaries.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from ..errors import BundleError
from .allowed import ATTRIBUTES, KEY_TYPES, TYPES, Call, Reference, function_allowed, inverse_allowed

__all__ = ["audit"]

_TRANSFORMER = "sklearn.preprocessing._function_transformer.FunctionTransformer"
_SPLINE = "scipy.interpolate._bsplines.BSpline"
#: Where the children of each kind of node are.
_LISTS = frozenset({"ListNode", "TupleNode", "SetNode"})


def audit(schema: Any) -> frozenset[str]:
    """Check the description of a model, before anything of it is built.

    Parameters
    ----------
    schema : dict
        The parsed ``schema.json`` of a skops file.

    Returns
    -------
    frozenset of str
        Full names of all types and functions that the model is made of.

    Raises
    ------
    BundleError
        At the first thing that is not allowed.
    """
    auditor = _Auditor()
    try:
        auditor.visit(schema, "model")
    except RecursionError:
        raise BundleError("The model file is nested too deeply to be a model.", fix=_FIX) from None
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BundleError(
            f"The description of the model is damaged ({type(error).__name__}: {error}).", fix=_FIX
        ) from error
    return frozenset(auditor.names)


_FIX = "Do not use this bundle unless you know who made it; export the model again."


def _refuse(what: str, where: str) -> NoReturn:
    raise BundleError(f"The model file holds {what} at {where}, which Glassbench never writes.", fix=_FIX)


class _Auditor:
    def __init__(self) -> None:
        self.names: set[str] = set()
        self._seen: dict[Any, dict[str, Any]] = {}

    def visit(self, state: Any, where: str, *, owner: str = "") -> None:
        """Check a node and all below it; `owner`: the class whose attributes this node holds or is one of."""
        name = _name(state)
        loader = state["__loader__"]
        if loader not in TYPES or name not in TYPES[loader]:
            _refuse(f"a {name!r} ({loader})", where)
        if loader == "FunctionNode" and not (owner == _SPLINE and where.endswith("._asarray")):
            _refuse(f"the function {name!r}", where)
        if self._known(state, where):
            return
        self.names.add(name)
        if name == _TRANSFORMER:
            self._transformer(state, where)
            return
        if name in ATTRIBUTES:
            self._attributes(state, name, where)
        child_of_owner = loader == "DictNode" and owner != ""
        for child, place in self._children(state, loader, where):
            self.visit(
                child, place, owner=name if loader == "ObjectNode" else owner if child_of_owner else ""
            )

    def _known(self, state: dict[str, Any], where: str) -> bool:
        """Note a node by its id, and tell whether an equal one was checked before.

        skops builds one object for an id, out of whichever node of that id comes first. So all nodes of one
        id must describe the same thing, else what was checked would not be what is built.
        """
        identifier = state.get("__id__")
        if identifier is None:
            return False
        before = self._seen.setdefault(identifier, state)
        if before is state:
            return False
        if not _same(before, state):
            _refuse(f"two different objects under one id ({identifier!r})", where)
        return True

    def _children(self, state: dict[str, Any], loader: str, where: str) -> Iterator[tuple[Any, str]]:
        content: Any = state.get("content")
        if loader in _LISTS:
            yield from ((child, f"{where}[{i}]") for i, child in enumerate(_list(content)))
        elif loader == "DictNode":
            self._key_types(state["key_types"], len(content), where)
            yield from ((child, f"{where}.{key}") for key, child in content.items())
        elif loader == "DefaultDictNode":
            yield from ((content[key], f"{where}.{key}") for key in ("main", "default_factory"))
        elif loader == "NdArrayNode":
            if state["type"] == "json":
                yield from ((child, f"{where}[{i}]") for i, child in enumerate(_list(content)))
                yield state["shape"], f"{where}.shape"
            elif state["type"] != "numpy":
                _refuse(f"an array of the kind {state['type']!r}", where)
        elif loader in ("TreeNode", "LossNode"):
            yield content, where
            yield state["__reduce__"]["args"], f"{where}.arguments"
        elif loader == "RandomGeneratorNode":
            if json.loads(content["bit_generator"]["content"]["bit_generator"]["content"]) != "PCG64":
                _refuse("an unusual random generator", where)
            yield from ((content[key], f"{where}.{key}") for key in ("bit_generator", "seed_seq"))
        elif loader == "JsonNode":
            json.loads(content)
        elif loader in ("ObjectNode", "DTypeNode", "RandomStateNode") and content is not None:
            # The attributes of an object are one dictionary: name them by the object.
            yield content, where

    def _key_types(self, state: Any, count: int, where: str) -> None:
        keys = _list(state["content"])
        if state["__loader__"] != "ListNode" or len(keys) != count or self._strange(keys):
            _refuse("a dictionary with strange keys", where)
        self._known(state, where)

    def _strange(self, keys: list[Any]) -> bool:
        for key in keys:
            if key["__loader__"] != "TypeNode" or _name(key) not in KEY_TYPES:
                return True
            self._known(key, "a key")
        return False

    def _attributes(self, state: dict[str, Any], name: str, where: str) -> None:
        attributes = _dictionary(state, where)
        for key, values in ATTRIBUTES[name].items():
            if key not in attributes or self._literal(attributes[key], f"{where}.{key}") not in values:
                _refuse(f"a {name.rpartition('.')[2]} whose {key} is not one of {values}", where)

    def _transformer(self, state: dict[str, Any], where: str) -> None:
        """Check a FunctionTransformer: the one place where functions are called with a file's arguments."""
        attributes = _dictionary(state, where)
        function = self._literal(attributes["func"], f"{where}.func")
        keywords = self._literal(attributes["kw_args"], f"{where}.kw_args")
        if not function_allowed(function, keywords):
            _refuse(f"a step that calls {_shown(function)} with {keywords}", where)
        inverse = self._literal(attributes["inverse_func"], f"{where}.inverse_func")
        back = self._literal(attributes["inv_kw_args"], f"{where}.inv_kw_args")
        if not inverse_allowed(function, inverse, back):
            _refuse(f"a step that calls {_shown(inverse)} with {back} on the way back", where)
        self._known(state["content"], where)
        self._key_types(state["content"]["key_types"], len(attributes), where)
        for key, child in attributes.items():
            if key not in ("func", "kw_args", "inverse_func", "inv_kw_args"):
                self.visit(child, f"{where}.{key}")

    def _literal(self, state: dict[str, Any], where: str) -> Any:
        """Read a node that must be plain data, functions and classes by name only."""
        loader, name = state["__loader__"], _name(state)
        self._known(state, where)
        if loader == "JsonNode":
            return json.loads(state["content"])
        if loader in ("FunctionNode", "TypeNode"):
            self.names.add(name)
            return Reference(name)
        if loader == "OperatorFuncNode":
            self.names.add(name)
            return Call(name, tuple(self._literal(state["attrs"], where)))
        if loader == "PartialNode":
            self.names.add(name)
            parts = (state["content"][key] for key in ("func", "args", "kwds", "namespace"))
            return Call(name, tuple(self._literal(part, where) for part in parts))
        if loader in TYPES and name in TYPES[loader]:
            if loader == "DictNode":
                self._key_types(state["key_types"], len(state["content"]), where)
                return {key: self._literal(child, where) for key, child in state["content"].items()}
            if loader in ("ListNode", "TupleNode"):
                items = [self._literal(child, where) for child in _list(state["content"])]
                return items if loader == "ListNode" else tuple(items)
        _refuse(f"a {name!r} ({loader}) among the arguments of a step", where)


def _same(one: Any, other: Any) -> bool:
    """Return whether two nodes describe the same thing, whatever the ids and array files inside them.

    Every id inside is held to the same rule, so what skops builds for one is what it would build for the
    other, except for the numbers in arrays.
    """
    if one == other:
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        if one.get("type") == other.get("type") == "numpy" and "file" in one and "file" in other:
            return _name(one) == _name(other) and one["__loader__"] == other["__loader__"]
        return list(one) == list(other) and all(_same(one[key], other[key]) for key in one if key != "__id__")
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return False


def _name(state: Any) -> str:
    module, name = state["__module__"], state["__class__"]
    if not isinstance(module, str) or not isinstance(name, str):
        raise TypeError("a node without a type")
    return f"{module}.{name}"


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("a list was expected")
    return value


def _dictionary(state: dict[str, Any], where: str) -> dict[str, Any]:
    content = state["content"]
    if content["__loader__"] != "DictNode" or _name(content) != "builtins.dict":
        _refuse("an object without plain attributes", where)
    attributes: dict[str, Any] = content["content"]
    return attributes


def _shown(function: Any) -> str:
    if isinstance(function, Call):
        return f"{function.name}{function.arguments}"
    return function.name if isinstance(function, Reference) else repr(function)
