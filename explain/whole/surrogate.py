"""A shallow tree in raw columns that imitates a model, and how well it does.

A global surrogate (Craven and Shavlik, 1996, Extracting Tree-Structured Representations of Trained Networks)
is a picture of the model, not the model: it is never shown without its fidelity, measured on rows it did not
learn from.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .. import formats
from ..clock import Clock, Progress, as_many
from ..errors import InputError
from ..frames import checked_table
from ..intervals import normal_quantile, wilson
from ..judge.rules import Rule, narrowed, words
from ..labels import Outputs
from ..stored import Stored
from .questions import Question, asked_for, cut_at, questions_of, threshold_between

Floats = NDArray[np.float64]

_LEAST_ROWS = 60
_MOST_ROWS = 10_000
_FEW_ROWS = 200  # by which the time is measured
_LEAF_SHARE = 0.02


@dataclass(frozen=True, eq=False)
class SurrogateNode(Stored):
    """One node of a surrogate tree.

    Attributes
    ----------
    rule, otherwise : Rule or None
        Which rows go to ``yes`` and which to ``no``; None at a leaf.
    yes, no : int
        Numbers of the nodes below; -1 at a leaf.
    value : array of shape (K,)
        Mean output of the model over the rows learned from.
    share : float
        Share of the rows held out that come here.
    """

    rule: Rule | None
    otherwise: Rule | None
    yes: int
    no: int
    value: Floats
    share: float

    @property
    def leaf(self) -> bool:
        """Whether the tree ends here."""
        return self.rule is None


@dataclass(frozen=True, eq=False)
class Surrogate(Outputs, Stored):
    """A tree that imitates a model, with its fidelity.

    Attributes
    ----------
    nodes : tuple of SurrogateNode
        The first is the root.
    fidelity, fidelity_low, fidelity_high : float
        R² of the tree's outputs against the model's on held-out rows, over all outputs, with a 95 % interval.
    agreement, agreement_low, agreement_high : float or None
        Share of held-out rows for which both find the same class most probable, with Wilson's 95 % interval;
        None for regression.
    learned_rows, held_out_rows : int
    depth : int
    scale : {"probability", "target", "margin"}
    classes : tuple of length K, or None for regression
    """

    nodes: tuple[SurrogateNode, ...]
    fidelity: float
    fidelity_low: float
    fidelity_high: float
    agreement: float | None
    agreement_low: float | None
    agreement_high: float | None
    learned_rows: int
    held_out_rows: int
    depth: int
    scale: str
    classes: tuple[Any, ...] | None

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Inverse of :meth:`to_json`; reads also conditions as they were written at first.

        Raises
        ------
        InputError
            See :meth:`explain.stored.Stored.from_json`.
        """
        nodes = [_as_rules(node) if "threshold" in node else node for node in data.get("nodes", [])]
        return super().from_json({**data, "nodes": nodes} if "nodes" in data else data)

    def apply(self, X: pd.DataFrame) -> NDArray[np.int64]:
        """The leaf that each row comes to, shape (n,)."""
        return _leaves(self.nodes, X)

    def predict(self, X: pd.DataFrame) -> Floats:
        """The tree's outputs, shape (n, K)."""
        return np.array([node.value for node in self.nodes])[self.apply(X)].reshape(len(X), -1)

    def rules(self, output: Any = None) -> list[str]:
        """One rule for each leaf, from the lowest output to the highest."""
        k = self.output_index(output)
        name = self.output_name(output)
        of = "about" if name is None else f"“{name}” about"
        found: list[tuple[float, str]] = []

        def descend(number: int, rules: tuple[Rule, ...]) -> None:
            node = self.nodes[number]
            if node.rule is None or node.otherwise is None:
                when = f"If {words(rules)}: " if rules else "Always: "
                value = float(node.value[k])
                rows = formats.number(100 * node.share, 2)
                found.append((value, f"{when}{of} {formats.level(value, self.scale)} ({rows} % of rows)."))
                return
            descend(node.yes, narrowed(rules, node.rule))
            descend(node.no, narrowed(rules, node.otherwise))

        descend(0, ())
        return [text for _, text in sorted(found, key=lambda each: each[0])]

    def sentence(self) -> str:
        """How well the tree imitates the model, in words."""
        percent = [
            formats.number(100 * value, 2) for value in (self.fidelity, self.fidelity_low, self.fidelity_high)
        ]
        text = (
            f"A tree of depth {self.depth} explains {percent[0]} % of the variance of the model's output "
            f"(95 % interval {percent[1]} to {percent[2]} %) on {self.held_out_rows:,} rows kept aside"
        )
        if self.agreement is not None and self.agreement_low is not None and self.agreement_high is not None:
            text += (
                f", and finds the same class most probable for {formats.percent(self.agreement)} "
                f"of them ({formats.number(100 * self.agreement_low, 2)} to "
                f"{formats.percent(self.agreement_high)})"
            )
        if self.fidelity_low < 0.8:
            text += ". It is too coarse to stand for the model"
        return text + "."


def fit_surrogate(
    model: Any,
    X: pd.DataFrame,
    *,
    depth: int = 3,
    scale: str | None = None,
    seed: int = 0,
    time_budget: float | None = None,
    progress: Progress | None = None,
) -> Surrogate:
    """Fit a shallow tree to what a model gives for one half of the rows, and measure it on the other.

    Numbers and dates are cut at the roundest number between neighbouring values; labels are asked for one by
    one, the 12 most frequent at most. The fidelity is that of the rules as they are shown.

    Parameters
    ----------
    model : fitted scikit-learn estimator or pipeline
        Takes a DataFrame with the columns of ``X``.
    X : DataFrame of shape (n, M)
        At most 10,000 rows are used, at random.
    depth : int
        Of the tree, 1..6.
    scale : {"probability", "target", "margin"}, optional
    seed : int
    time_budget : float, optional
        Seconds; when time is short the answer is from fewer rows: see ``learned_rows``.
    progress : callable, optional
        Called with the share done, 0..1.

    Returns
    -------
    Surrogate

    Raises
    ------
    InputError
        If there are under 60 rows or the depth is out of range.
    """
    from ..outputs import choose_scale
    from .hybrids import some_rows

    if not 1 <= depth <= 6:
        raise InputError(f"Expected a depth of 1 to 6, so that the rules can be read, found {depth}.")
    frame = checked_table(X)
    if len(frame) < _LEAST_ROWS:
        raise InputError(f"Expected at least {_LEAST_ROWS} rows for a surrogate, found {len(frame)}.")
    scale = choose_scale(model, scale)
    return as_many(
        Clock(time_budget),
        lambda rows: _fitted(
            model, frame.iloc[some_rows(len(frame), rows, seed)].reset_index(drop=True), depth, scale, seed
        ),
        min(len(frame), _MOST_ROWS),
        least=_FEW_ROWS,
        progress=progress,
    )


def _fitted(model: Any, frame: pd.DataFrame, depth: int, scale: str, seed: int) -> Surrogate:
    """A surrogate from all rows of a frame."""
    from sklearn.tree import DecisionTreeRegressor

    from ..outputs import model_classes, predictor, widen_level

    classes = model_classes(model)
    outputs = widen_level(predictor(model, scale)(frame), classes, scale)
    order = np.random.default_rng([seed, 17]).permutation(len(frame))
    learned, held_out = order[: len(order) // 2], order[len(order) // 2 :]
    questions = [question for j in range(frame.shape[1]) for question in questions_of(frame.iloc[learned, j])]
    if not questions:
        raise InputError("Expected a column with two different values at least, found none.")
    matrix = np.column_stack([question.coded for question in questions])
    tree = DecisionTreeRegressor(
        max_depth=depth, min_samples_leaf=max(5, int(_LEAF_SHARE * len(learned))), random_state=seed
    ).fit(matrix, outputs[learned])
    nodes = _read(tree.tree_, questions, outputs.shape[1])
    kept = frame.iloc[held_out].reset_index(drop=True)
    share = _shares(nodes, kept)
    nodes = tuple(replace(node, share=float(part)) for node, part in zip(nodes, share, strict=True))
    given = np.array([node.value for node in nodes])[_leaves(nodes, kept)]
    fidelity, error = r_squared(outputs[held_out], given)
    half = normal_quantile(0.95) * error
    same: tuple[float | None, ...] = (None, None, None)
    if classes is not None:
        agree = int((outputs[held_out].argmax(axis=1) == given.argmax(axis=1)).sum())
        low, high = wilson(agree / len(kept), len(kept), 0.95)
        same = (agree / len(kept), float(low), float(high))
    return Surrogate(
        nodes=nodes,
        fidelity=fidelity,
        fidelity_low=fidelity - half,
        fidelity_high=min(1.0, fidelity + half),
        agreement=same[0],
        agreement_low=same[1],
        agreement_high=same[2],
        learned_rows=len(learned),
        held_out_rows=len(held_out),
        depth=int(tree.get_depth()),
        scale=scale,
        classes=classes,
    )


def r_squared(truth: Floats, given: Floats) -> tuple[float, float]:
    """R² over all outputs and its standard error by linearisation (delta method), for arrays (n, K).

    A constant truth is imitated fully (1) or not at all (0).
    """
    missed = ((truth - given) ** 2).sum(axis=1)
    spread = ((truth - truth.mean(axis=0)) ** 2).sum(axis=1)
    if not spread.mean() > 0:
        return float(np.allclose(truth, given)), 0.0
    value = 1.0 - float(missed.mean() / spread.mean())
    pull = (missed - (1.0 - value) * spread) / spread.mean()
    return value, float(pull.std(ddof=1) / np.sqrt(len(truth)))


def _read(tree: Any, questions: list[Question], outputs: int) -> tuple[SurrogateNode, ...]:
    nodes = []
    for number in range(tree.node_count):
        value = tree.value[number].reshape(outputs).astype(np.float64)
        yes, no = int(tree.children_left[number]), int(tree.children_right[number])
        if yes < 0:
            nodes.append(SurrogateNode(None, None, -1, -1, value, 0.0))
            continue
        question = questions[int(tree.feature[number])]
        if question.values is None:  # coded 0 and 1: the tree's right side is the label
            yes, no = no, yes
            rule, otherwise = asked_for(question.column, question.label, question.has_missing)
        else:
            threshold = threshold_between(question.values, float(tree.threshold[number]), question.kind)
            to_left = bool(tree.missing_go_to_left[number])
            rule, otherwise = cut_at(question.column, question.kind, threshold, to_left, question.has_missing)
        nodes.append(SurrogateNode(rule, otherwise, yes, no, value, 0.0))
    return tuple(nodes)


def _leaves(nodes: tuple[SurrogateNode, ...], X: pd.DataFrame) -> NDArray[np.int64]:
    place = np.zeros(len(X), dtype=np.int64)
    for number, node in enumerate(nodes):  # a node stands before those below it
        here = np.flatnonzero(place == number)
        if node.rule is not None and len(here):
            place[here] = np.where(node.rule.mask(X.iloc[here]), node.yes, node.no)
    return place


def _as_rules(node: dict[str, Any]) -> dict[str, Any]:
    """A stored node with its conditions as rules, from the fields that it had at first."""
    kept = {name: node[name] for name in ("yes", "no", "value", "share")}
    column, threshold, gone = node["column"], node["threshold"], bool(node["has_missing"])
    if column is None:
        return {**kept, "rule": None, "otherwise": None}
    if threshold is None:
        rules = asked_for(column, node["label"], gone)
    else:
        rules = cut_at(column, node["kind"], float(threshold), bool(node["missing_yes"]), gone)
    return {**kept, "rule": rules[0].to_json(), "otherwise": rules[1].to_json()}


def _shares(nodes: tuple[SurrogateNode, ...], X: pd.DataFrame) -> Floats:
    """Share of the rows that pass through each node."""
    count = np.bincount(_leaves(nodes, X), minlength=len(nodes)).astype(np.float64)
    for number in range(len(nodes) - 1, -1, -1):
        if not nodes[number].leaf:
            count[number] = count[nodes[number].yes] + count[nodes[number].no]
    return np.asarray(count / len(X), dtype=np.float64)
