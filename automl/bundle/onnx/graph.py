"""An ONNX graph under construction: nodes in order, constants by name, all numbers in double precision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["OPSETS", "CannotExportError", "Graph"]

from automl.errors import GlassbenchError

#: Of the standard operators, and of those for models: trees in double precision came with 5.
OPSETS = {"": 18, "ai.onnx.ml": 5}
_IR_VERSION = 10
_ML = "ai.onnx.ml"


class CannotExportError(GlassbenchError, ValueError):
    """A part of a model has no form in ONNX, or the file predicts something else; the message says which."""

    def __init__(self, what: str, why: str = "has no form in ONNX here") -> None:
        super().__init__(
            f"{what} {why}.", fix="Use the bundle itself: it predicts and serves without Glassbench."
        )


class Graph:
    """Collects nodes; each gives one new tensor.

    Attributes
    ----------
    inputs, outputs : lists
        Value infos of onnx.
    """

    def __init__(self) -> None:
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._count = 0

    def constant(self, values: Any) -> str:
        """A constant tensor; floats are double, whole numbers of 64 bits, texts are texts."""
        from onnx import TensorProto, helper, numpy_helper

        array = np.asarray(values)
        name = self._name("constant")
        if array.dtype.kind in "OUS":
            texts = [str(text).encode("utf-8") for text in array.ravel()]
            self._constants.append(helper.make_tensor(name, TensorProto.STRING, list(array.shape), texts))
        else:
            kind = {"f": np.float64, "i": np.int64, "u": np.int64, "b": np.bool_}[array.dtype.kind]
            self._constants.append(numpy_helper.from_array(array.astype(kind), name))
        return name

    def add(self, kind: str, *inputs: str, of_models: bool = False, **attributes: Any) -> str:
        """A node and the name of what it gives.

        Parameters
        ----------
        kind : str
            Operator.
        *inputs : str
        of_models : bool
            Whether the operator is one of ai.onnx.ml.
        **attributes
            Arrays become tensors.
        """
        from onnx import helper, numpy_helper

        given = {
            name: numpy_helper.from_array(value) if isinstance(value, np.ndarray) else value
            for name, value in attributes.items()
        }
        name = self._name(kind.lower())
        domain = _ML if of_models else ""
        self._nodes.append(helper.make_node(kind, list(inputs), [name], domain=domain, **given))
        return name

    def number(self, tensor: str) -> str:
        """Truth values as 0 and 1, in double precision."""
        from onnx import TensorProto

        return self.add("Cast", tensor, to=TensorProto.DOUBLE)

    def columns(self, tensor: str, positions: Sequence[int]) -> str:
        """Some columns of a matrix, in the order asked for."""
        return self.add("Gather", tensor, self.constant(np.asarray(positions, dtype=np.int64)), axis=1)

    def beside(self, tensors: Sequence[str]) -> str:
        """Matrices side by side."""
        return tensors[0] if len(tensors) == 1 else self.add("Concat", *tensors, axis=1)

    def row(self, values: Any) -> str:
        """One number a column, to meet every row of a matrix."""
        array: NDArray[np.float64] = np.asarray(values, dtype=np.float64)
        return self.constant(array.reshape(1, -1))

    def give(self, tensor: str, name: str, kind: int, shape: Sequence[Any]) -> None:
        """Make a tensor an output, under a name."""
        from onnx import helper

        self._nodes.append(helper.make_node("Identity", [tensor], [name]))
        self.outputs.append(helper.make_tensor_value_info(name, kind, list(shape)))

    def take(self, name: str, kind: int, shape: Sequence[Any]) -> None:
        """Declare an input."""
        from onnx import helper

        self.inputs.append(helper.make_tensor_value_info(name, kind, list(shape)))

    def model(self, title: str, notes: dict[str, str]) -> Any:
        """The finished model, checked.

        Parameters
        ----------
        title : str
        notes : dict
            Metadata.
        """
        import onnx
        from onnx import helper

        graph = helper.make_graph(self._nodes, title, self.inputs, self.outputs, self._constants)
        opsets = [helper.make_opsetid(domain, version) for domain, version in OPSETS.items()]
        model = helper.make_model(
            graph, opset_imports=opsets, ir_version=_IR_VERSION, producer_name="glassbench"
        )
        helper.set_model_props(model, notes)
        onnx.checker.check_model(model)
        return model

    def _name(self, kind: str) -> str:
        self._count += 1
        return f"{kind}_{self._count}"
