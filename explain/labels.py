"""Which output of a model is meant: shared by all results that hold one number per output."""

from __future__ import annotations

from typing import Any

from .errors import InputError


class Outputs:
    """A result on a named scale with one number per class, or one for regression.

    Attributes
    ----------
    classes : tuple of length K, or None for regression
    scale : {"probability", "target", "margin"}
    """

    classes: tuple[Any, ...] | None
    scale: str

    @property
    def outputs(self) -> int:
        """Number K of outputs."""
        return 1 if self.classes is None else len(self.classes)

    def output_index(self, output: Any = None) -> int:
        """Position of an output given by class label or position; by default the last (a binary model's
        positive class).

        Raises
        ------
        InputError
            If there is no such output.
        """
        if output is None:
            return self.outputs - 1
        if self.classes is not None and output in self.classes:
            return self.classes.index(output)
        if self.classes is not None and str(output) in [str(label) for label in self.classes]:
            return [str(label) for label in self.classes].index(str(output))
        if isinstance(output, int) and -self.outputs <= output < self.outputs:
            return output % self.outputs
        offered = range(self.outputs) if self.classes is None else self.classes
        raise InputError(f"Expected an output out of {', '.join(map(str, offered))}, found {output!r}.")

    def output_name(self, output: Any = None) -> str | None:
        """The class label of an output; None for regression."""
        return None if self.classes is None else str(self.classes[self.output_index(output)])
