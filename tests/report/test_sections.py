"""What the report says of inspections: that it is there, true to the results, and readable by all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from automl.report import Subject, build_report
from automl.report.sections import sections
from automl.run import Run, reporting
from automl.run.rows import canonical_rows
from explain import (
    CounterfactualFinder,
    Scored,
    accumulated_effects,
    check_stability,
    cluster_columns,
    find_failures,
    fit_surrogate,
    group_fairness,
    measure_performance,
    partial_dependence,
    permutation_importance,
    rank_interactions,
)
from explain.report import (
    Block,
    Document,
    Figure,
    Note,
    Paragraph,
    Part,
    Section,
    Table,
    render_html,
    render_markdown,
)
from explain.row.counterfactuals import Constraints, Goal

from ..pages import checked

TITLES = {
    "performance": "What errors it makes",
    "failures": "Where it fails",
    "fairness:sex": "How it treats groups",
    "importance": "What it would miss",
    "clusters": "Columns that tell the same",
    "curve:island": "Along one column",
    "interactions": "Columns that work together",
    "surrogate": "The model in a few rules",
    "stability": "How stable explanations are",
    "counterfactuals:7": "What would have to be different",
}


@pytest.fixture(scope="module")
def bare(penguins_run: Run) -> Subject:
    """What is known of a quick model without inspections."""
    return reporting.subject(penguins_run._model("t0001"), lambda _share, _what: None)


@pytest.fixture(scope="module")
def found(penguins_run: Run, bare: Subject) -> dict[str, Any]:
    """One inspection of each kind of a model of three classes."""
    model, task = penguins_run.model_for("t0001"), bare.task
    rows = canonical_rows(penguins_run.folder, bare.schema).reset_index(drop=True)
    data = pd.read_csv(penguins_run.folder.spec["source"])
    truth = data.loc[: len(rows) - 1, task.target].to_numpy(dtype=object)
    probability = model.predict_proba(rows)
    scored = Scored.of_predictions(rows, truth, probability=probability, classes=task.classes)
    few, background = rows.sample(40, random_state=1).reset_index(drop=True), rows.head(20)
    finder = CounterfactualFinder(model, rows, Constraints(immutable=("sex",)))
    return {
        "performance": measure_performance(scored),
        "failures": find_failures(scored),
        "fairness:sex": group_fairness(scored, "sex"),
        "importance": permutation_importance(model, rows, truth, repeats=1),
        "clusters": cluster_columns(rows),
        "curve:island": partial_dependence(model, rows, "island", rows=30),
        "curve:body_mass_g": accumulated_effects(model, rows, "body_mass_g", rows=60),
        "interactions": rank_interactions(model, few, background),
        "surrogate": fit_surrogate(model, rows),
        "stability": check_stability(model, few, background, rows=5, redraws=2),
        "counterfactuals:7": finder.find(rows.iloc[[7]], Goal("Gentoo")),
    }


@pytest.fixture(scope="module")
def subject(bare: Subject, found: dict[str, Any]) -> Subject:
    """The same with inspections."""
    return replace(bare, inspections=found, inspection_notes={"curve:island": ("Made on so many rows.",)})


def walk(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """All blocks, those in parts too."""
    for block in blocks:
        yield block
        if isinstance(block, Part):
            yield from walk(block.blocks)


def section(report: Document, title: str) -> list[Block]:
    return list(walk(next(each.blocks for each in report.sections if each.title == title)))


def words(blocks: list[Block]) -> str:
    """The blocks as text."""
    return render_markdown(Document("Report", "x", "", (), (Section("x", tuple(blocks)),), ""))


def test_all_is_there_in_its_order_and_well_made(subject: Subject) -> None:
    report = build_report(subject)
    titles = [each.title for each in report.sections]
    assert set(TITLES.values()) <= set(titles)
    wanted = [
        "What it predicts", "How good it is", "What errors it makes", "Where it fails",
        "How it treats groups", "What it looks at", "Single predictions",
        "What would have to be different", "The data", "What to mind", "How to score",
    ]  # fmt: skip
    assert [title for title in titles if title in wanted] == wanted
    page = render_html(report)
    checked(page)
    assert len(page.encode()) < 700_000
    for block in walk(tuple(block for each in report.sections for block in each.blocks)):
        if isinstance(block, Figure):
            assert len(block.alt) > 30, "an alternative text says what the figure shows"


def test_without_inspections_there_is_nothing_of_them(bare: Subject) -> None:
    titles = {each.title for each in build_report(bare).sections}
    assert not titles & set(TITLES.values())
    wrong = replace(bare, inspections=dict.fromkeys(TITLES, "not a result"))
    assert not {each.title for each in build_report(wrong).sections} & set(TITLES.values())


@pytest.mark.parametrize("name", TITLES)
def test_each_section_stands_by_itself(bare: Subject, found: dict[str, Any], name: str) -> None:
    alone = replace(bare, explanation=None, certificate=None, evidence=None, inspections={name: found[name]})
    titles = {each.title for each in build_report(alone).sections}
    assert titles & set(TITLES.values()) == {TITLES[name]}


def test_what_could_not_be_inspected_is_said(bare: Subject) -> None:
    told = replace(bare, not_inspected={"stability": "There was no time for it."})
    assert "There was no time for it." in words(section(build_report(told), "What to mind"))


def test_on_what_it_was_made_is_said(subject: Subject) -> None:
    assert "Made on so many rows." in words(section(build_report(subject), "Along one column"))


def made(kind: str, *, rows: int = 400, seed: int = 0) -> Scored:
    """Predictions with a weak cohort, and two groups of which one is chosen more often."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"a": rng.uniform(size=rows), "group": np.where(rng.uniform(size=rows) < 0.5, "x", "y")}
    )
    weak = (frame["a"] > 0.8).to_numpy()
    if kind == "regression":
        truth = rng.normal(size=rows)
        return Scored.of_predictions(
            frame, truth, prediction=truth + rng.normal(size=rows) * (0.1 + 0.9 * weak)
        )
    p = np.clip(0.15 + 0.6 * (frame["group"] == "x").to_numpy() + rng.normal(0, 0.1, rows), 0.01, 0.99)
    truth = rng.uniform(size=rows) < np.where(weak, 1 - p, p)
    labels = np.where(truth, "yes", "no")
    return Scored.of_predictions(frame, labels, probability=p, classes=("no", "yes"))


def test_cohorts_say_whether_they_held(bare: Subject) -> None:
    failures = find_failures(made("binary"))
    assert failures.weak(), "planted"
    blocks = section(build_report(replace(bare, inspections={"failures": failures})), "Where it fails")
    table = next(block for block in blocks if isinstance(block, Table))
    held = {cohort.words: cohort.finding for cohort in failures.leaves()}
    assert {row[0] for row in table.rows} == set(held)
    for i, row in enumerate(table.rows):
        assert (row[1] == "yes, worse") == (held[row[0]] == "weak") == (i in table.emphasised)
        assert (row[1] == "no") == (held[row[0]] == "unconfirmed")


def test_groups_are_compared_and_nothing_is_called_fair(bare: Subject) -> None:
    fairness = group_fairness(made("binary"), "group")
    text = words(
        section(build_report(replace(bare, inspections={"fairness:group": fairness})), "How it treats groups")
    )
    assert fairness.verdict().split(":")[0] in text.replace("\\", "")
    assert "| shown |" in text
    assert "Demographic parity" in text
    assert not re.search(r"\b(un)?fair(ly|ness)?\b", text, re.IGNORECASE)


@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_performance_of_two_classes_and_of_numbers(bare: Subject, kind: str) -> None:
    performance = measure_performance(made(kind))
    report = build_report(replace(bare, inspections={"performance": performance}))
    blocks = section(report, "What errors it makes")
    figures = [block for block in blocks if isinstance(block, Figure)]
    text = words(blocks)
    checked(render_html(report))
    if kind == "binary":
        assert len(figures) == 4
        assert "| Recall of “yes” |" in text
        assert performance.ranking[0].output == "yes"
    else:
        assert len(figures) == 1
        assert f"| R², the share of the variance explained | {performance.residuals.r2:.3g} |" in text


def test_an_imitation_is_never_without_its_fidelity(subject: Subject, found: dict[str, Any]) -> None:
    first = section(build_report(subject), TITLES["surrogate"])[0]
    assert isinstance(first, Note)
    assert f"{100 * found['surrogate'].fidelity:.2g} %" in first.text
    assert first.kind == ("note" if found["surrogate"].fidelity_low >= 0.8 else "warning")


def test_both_importances_stand_side_by_side(subject: Subject, bare: Subject, found: dict[str, Any]) -> None:
    blocks = section(build_report(subject), TITLES["importance"])
    assert [block.title for block in blocks if isinstance(block, Part) and block.half] == [
        "What it would miss",
        "What it looks at",
    ]
    assert any(isinstance(block, Paragraph) and "The two differ" in block.text for block in blocks)
    other = found["importance"]
    *others, last = bare.explanation.global_().columns
    last_first = (last, *others)
    turned = replace(other, columns=last_first)
    text = words(
        section(build_report(replace(bare, inspections={"importance": turned})), TITLES["importance"])
    )
    assert f"{last}: number 6 in moving predictions, number 1 in making them better" in text.replace("\\", "")


def test_a_warning_stands_over_columns_that_tell_the_same(subject: Subject, found: dict[str, Any]) -> None:
    blocks = section(build_report(subject), TITLES["clusters"])
    assert isinstance(blocks[0], Note)
    assert "importance is shared" in blocks[0].text
    for cluster in found["clusters"].members:
        assert all(column in words(blocks).replace("\\", "") for column in cluster)
    alone = replace(found["clusters"], members=())
    single = section(build_report(replace(subject, inspections={"clusters": alone})), TITLES["clusters"])
    assert not [block for block in single if isinstance(block, Figure | Note)]


def test_options_write_only_what_changes(subject: Subject, found: dict[str, Any]) -> None:
    result = found["counterfactuals:7"]
    assert result.found
    blocks = section(build_report(subject), TITLES["counterfactuals:7"])
    assert any(isinstance(block, Part) and block.title == "Row 8 of the table" for block in blocks)
    table = next(block for block in blocks if isinstance(block, Table))
    lines = {row[0]: row[1:] for row in table.rows}
    assert "sex" not in lines, "not to be changed"
    for k, option in enumerate(result.options[:3]):
        changed = {
            name for name, cells in lines.items() if name in result.rows.columns and cells[1 + k] != "·"
        }
        assert changed == set(option.changed)
        assert lines["The model says"][1 + k] == "Gentoo"


def test_every_section_of_inspections_is_for_the_report_only() -> None:
    assert not {each.title for each in sections("card")} & set(TITLES.values())
