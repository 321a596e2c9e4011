"""How inspections are written, found and asked for."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from automl.errors import SettingError

from .parameters import REQUIRED, Parameter, Scope

__all__ = ["Inspection", "Told", "get_inspection", "inspection", "inspections", "read_params"]

_REGISTER: dict[str, Inspection] = {}


@dataclass(frozen=True)
class Told:
    """A result for a terminal.

    Attributes
    ----------
    sentences : tuple of str
    headers : tuple of str
        Of the table; empty where there is none.
    rows : tuple of tuple of str
    right : tuple of str
        Headers of columns to be aligned to the right.
    """

    sentences: tuple[str, ...]
    headers: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    right: tuple[str, ...] = ()


@dataclass(frozen=True)
class Inspection:
    """Something that can be found out about a model.

    Attributes
    ----------
    name : str
    title : str
        What it says, in a few words.
    make : callable
        ``make(matter, *, time_budget, progress, **params)`` gives a result with `to_json`.
    tell : callable
        From its result to a :class:`Told`.
    kind : str
        The class of its result, ``module:Name``; imported only when a stored one is read.
    parameters : tuple of Parameter
    """

    name: str
    title: str
    make: Callable[..., Any]
    tell: Callable[[Any], Told]
    kind: str
    parameters: tuple[Parameter, ...] = ()

    def read(self, content: Mapping[str, Any]) -> Any:
        """A result from its JSON."""
        module, _, name = self.kind.partition(":")
        return getattr(importlib.import_module(module), name).from_json(content)

    def models(self, params: Mapping[str, Any]) -> tuple[str, ...]:
        """The other models that the parameters name."""
        return tuple(params[each.name] for each in self.parameters if each.model)

    def plain(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the parameters that are not as by default: what the stored result is named by."""
        usual = {parameter.name: parameter.default for parameter in self.parameters}
        return {name: value for name, value in params.items() if value != usual[name]}


def inspection(
    title: str, *, result: str, tell: Callable[[Any], Told], parameters: tuple[Parameter, ...] = ()
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function that makes an inspection; its name is the inspection's."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        name = function.__name__
        _REGISTER[name] = Inspection(name, title, function, tell, result, parameters)
        return function

    return register


@cache
def inspections() -> Mapping[str, Inspection]:
    """All inspections by name; found by looking into :mod:`automl.inspection.kinds`."""
    package = importlib.import_module(".kinds", __package__)
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return dict(sorted(_REGISTER.items()))


def get_inspection(name: str) -> Inspection:
    """An inspection by its name.

    Raises
    ------
    SettingError
        When there is none.
    """
    found = inspections().get(name)
    if found is None:
        raise SettingError(f"There is no inspection {name!r}.", fix=f"There is {', '.join(inspections())}.")
    return found


def read_params(what: Inspection, params: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    """All parameters of an inspection, checked; those not given as by default.

    Raises
    ------
    SettingError
        When one is unknown, missing or not as it has to be.
    """
    known = {parameter.name: parameter for parameter in what.parameters}
    for name in params:
        if name not in known:
            takes = f"It takes {', '.join(known)}." if known else "It takes nothing."
            raise SettingError(f"The inspection {what.name} takes no {name!r}.", fix=takes)
    found = {}
    for name, parameter in known.items():
        if name in params:
            found[name] = parameter.read(name, params[name], scope)
        elif parameter.default is REQUIRED:
            raise SettingError(f"The inspection {what.name} needs a {name}.", fix=f"Give {parameter.help}.")
        else:
            found[name] = parameter.default
    return found
