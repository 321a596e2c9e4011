"""What only puts steps together: pipelines, unions, transformers by column."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..compiling import Builder, CannotCompileError, compile_step, step

__all__: list[str] = []


@step("sklearn.Pipeline")
def _pipeline(fitted: Any, registers: list[int], builder: Builder) -> list[int]:
    from .made import compile_chain, is_chain

    steps = [part for _, part in fitted.steps]
    if is_chain(steps):
        return compile_chain(steps, registers, builder)
    for part in steps:
        registers = compile_step(part, registers, builder)
    return registers


@step("sklearn.FeatureUnion")
def _union(fitted: Any, registers: list[int], builder: Builder) -> list[int]:
    if fitted.transformer_weights is not None:
        raise CannotCompileError("A union of weighted parts")
    return [made for _, part in fitted.transformer_list for made in compile_step(part, registers, builder)]


@step("sklearn.ColumnTransformer")
def _columns(fitted: Any, registers: list[int], builder: Builder) -> list[int]:
    made: list[int] = []
    for name, part, _ in fitted.transformers_:
        if isinstance(part, str) and part == "drop":
            continue
        taken = [registers[position] for position in fitted._transformer_to_input_indices[name]]
        found = compile_step(part, taken, builder)
        span = fitted.output_indices_[name]
        if len(found) != span.stop - span.start or len(made) != span.start:
            raise CannotCompileError(f"The block {name!r}", "its columns are not where they are expected")
        made += found
    return made


@step("sklearn.FunctionTransformer")
def _function(fitted: Any, registers: list[int], builder: Builder) -> list[int]:
    if fitted.func is None:
        return registers
    raise CannotCompileError(f"A step that calls {np.asarray(fitted.func, dtype=object)!s}")
