"""Lists of the catalogue say the same as its parts do one by one."""

from __future__ import annotations

from automl.store.catalogue import Catalogue

from ..conftest import make_model


def test_names_of_models_with_what_stands_beside_them(catalogue: Catalogue) -> None:
    assert catalogue.summaries.models() == []
    first, second = (make_model(catalogue, run=f"r{number}") for number in range(2))
    other = make_model(catalogue, "rent/x@y", run="r9")
    catalogue.models.say(first, "approved")
    catalogue.models.say(second, "rejected", "Too old.")
    catalogue.models.say(second, "comment", "See above.")
    catalogue.aliases.set("champion", first)
    catalogue.aliases.set("challenger", second)
    catalogue.life.open_alert("drift", "act", "It drifted.", model=first)
    closed = catalogue.life.open_alert("decay", "look", "It is worse.", model=second)
    catalogue.life.close_alert(closed)
    catalogue.life.open_alert("disk", "look", "Of no model.")
    rent, churn = catalogue.summaries.models()
    assert (rent.name, rent.versions, rent.newest, rent.approval, rent.alerts) == (
        "rent/x@y", 1, other, None, 0,
    )  # fmt: skip
    assert (churn.versions, churn.newest, churn.alerts) == (2, second, 1)
    assert dict(churn.aliases) == {"champion": first, "challenger": second}
    assert churn.approval == catalogue.models.approval(second)
    assert catalogue.summaries.open_alerts("churn") == {("churn", first.id): 1}
    assert catalogue.summaries.open_alerts("rent/x@y") == {}


def test_approvals_are_those_that_count(catalogue: Catalogue) -> None:
    models = [make_model(catalogue, run=f"r{number}") for number in range(3)]
    make_model(catalogue, "other", run="r7")
    catalogue.models.say(models[0], "approved")
    catalogue.models.say(models[0], "rejected")
    catalogue.models.say(models[2], "approved")
    found = catalogue.summaries.approvals("churn")
    assert found == {
        each.id: said for each in models if (said := catalogue.models.approval(each)) is not None
    }
    assert catalogue.summaries.approvals() == found
    assert catalogue.summaries.approvals("other") == {}


def test_datasets_with_their_newest_version_and_runs(catalogue: Catalogue) -> None:
    from sqlalchemy import update

    from automl.store.catalogue.tables import runs

    one = catalogue.datasets.add("churn", "a" * 64, rows=10, columns=2)
    two = catalogue.datasets.add("churn", "b" * 64, rows=12, columns=2)
    rent = catalogue.datasets.add("rent", "c" * 64, rows=5, columns=1)
    models = [make_model(catalogue, run=f"r{number}") for number in range(3)]
    for run, version in (("r0", one), ("r1", two), ("r2", two)):
        with catalogue.database.writing() as connection:
            connection.execute(update(runs).where(runs.c.id == run).values(dataset_version_id=version.id))
    found = {each.dataset: each for each in catalogue.summaries.datasets()}
    assert (found["churn"].versions, found["churn"].newest, found["churn"].runs) == (2, two, 3)
    assert (found["rent"].newest, found["rent"].runs) == (rent, 0)
    assert catalogue.summaries.runs_by_version() == {one.id: 1, two.id: 2}
    assert catalogue.summaries.runs_by_version("rent") == {}
    assert catalogue.summaries.data_of("churn") == {
        models[0].id: "churn/1", models[1].id: "churn/2", models[2].id: "churn/2",
    }  # fmt: skip


def test_what_an_undo_would_take_back_is_what_it_takes_back(catalogue: Catalogue) -> None:
    one, two = (make_model(catalogue, run=f"r{number}") for number in range(2))
    aliases = catalogue.aliases
    assert aliases.undoable("churn", "champion") is None
    first = aliases.set("champion", one)
    second = aliases.set("champion", two)
    assert aliases.undoable("churn", "champion") == second
    assert aliases.rollback("churn", "champion").undoes_id == second.id
    assert aliases.undoable("churn", "champion") == first
    aliases.rollback("churn", "champion")
    assert aliases.undoable("churn", "champion") is None
