"""A single shallow tree: a dozen rules that a person can read."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from optuna.distributions import BaseDistribution, CategoricalDistribution, IntDistribution
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from ._preparation import one_hot, prepared_bytes
from .base import Context, Deadline, Family, Fitted, Params, Rows, copied_bytes

__all__ = ["DecisionTree"]

_DEPTH = 4
"""Questions asked of a row at most; so there are at most 16 leaves."""
_PRIOR_ROWS = 2.0


class DecisionTree(Family):
    """One tree of at most four questions to a row: "age <= 41?", "plan = basic?".

    Categories become columns of their own, so that a question is about one of them and not about the order of
    their codes. Missing values go to one side at each question.
    """

    name: ClassVar[str] = "decision_tree"
    label: ClassVar[str] = "Decision tree"
    monotone: ClassVar[bool] = True
    interpretable: ClassVar[bool] = True
    weighted: ClassVar[bool] = True

    def _unsuited(self, context: Context) -> str | None:
        """Stand back where nobody asks for it: boosting and forests do better in every other respect."""
        return None if context.interpretable else "It is tried only where a person must be able to read it."

    def _memory(self, params: Params, context: Context) -> int:
        """Return the prepared rows, and once more as the float32 that trees grow on."""
        return copied_bytes(context) + 3 * prepared_bytes(context) // 2

    def first_candidates(self, context: Context) -> list[Params]:
        """Return full trees with large and with small leaves."""
        criterion = {"criterion": "entropy"} if context.classification else {}
        return [{"max_depth": _DEPTH, "min_samples_leaf": rows} | criterion for rows in (20, 5)]

    def distributions(self, context: Context) -> dict[str, BaseDistribution]:
        """Return the space: questions, rows per leaf, and the measure of purity of classes."""
        space: dict[str, BaseDistribution] = {
            "max_depth": IntDistribution(2, _DEPTH),
            "min_samples_leaf": IntDistribution(1, 200, log=True),
        }
        if context.classification:
            space["criterion"] = CategoricalDistribution(("gini", "entropy"))
        return space

    def _fit(
        self, params: Params, context: Context, rows: Rows, valid: Rows | None, deadline: Deadline
    ) -> Fitted:
        X, y, weight = rows
        numbers = [j for j in range(X.shape[1]) if j not in context.categorical]
        blocks: list[tuple[str, Any, list[int]]] = [("numbers", "passthrough", numbers)] if numbers else []
        if context.categorical:
            blocks.append(("codes", one_hot(len(X)), list(context.categorical)))
        prepare = ColumnTransformer(blocks, sparse_threshold=0.0)
        Z = prepare.fit_transform(X)
        deadline.check("grow the tree after its columns were prepared")
        directions = context.directions
        if directions is not None:
            directions = [directions[j] for j in numbers] + [0] * (Z.shape[1] - len(numbers))
        # Small tables: a leaf that must hold more than a tenth of the rows would forbid most splits.
        leaf = min(int(params["min_samples_leaf"]), max(1, len(X) // 10))
        kind = DecisionTreeClassifier if context.classification else DecisionTreeRegressor
        model = kind(
            **(params | {"min_samples_leaf": leaf}), monotonic_cst=directions, random_state=context.seed
        ).fit(Z, y, weight)
        if context.classification:
            _soften(model.tree_, constrained=directions is not None)
        return Fitted(Pipeline([("prepare", prepare), ("model", model)]))


def _soften(tree: Any, *, constrained: bool) -> None:
    """Let no leaf be certain: two rows as frequent as in the whole table are added to each.

    Leaves of different size move by different shares, which could undo the order that a constraint has
    brought them into; then all move by the share of the smallest.
    """
    rows = np.array(tree.weighted_n_node_samples)
    if constrained:
        rows[:] = rows[tree.children_left < 0].min()
    share = (_PRIOR_ROWS / (_PRIOR_ROWS + rows))[:, None, None]
    tree.value[:] = (1 - share) * tree.value + share * tree.value[0]
