"""`automl catalogue show`, `upgrade` and `rebuild`."""

from __future__ import annotations

from argparse import Namespace

from automl.cli.console import Console
from automl.cli.opened import opened
from automl.store import Home, RunFolder
from automl.store.catalogue import catch_up, open_catalogue, place_of, register_run

__all__ = ["catalogue"]


def catalogue(options: Namespace, console: Console) -> int:
    """Look after the catalogue."""
    return {"show": _show, "upgrade": _upgrade, "rebuild": _rebuild}[options.part](options, console)


def _show(options: Namespace, console: Console) -> int:
    from automl.store.catalogue.tables import REVISION

    with opened(options, console) as found:
        facts = {
            "catalogue": found.database.shown,
            "artefacts": found.place.artefacts,
            "version": REVISION,
            "datasets": len(found.datasets.versions()),
            "runs": len(found.models.runs()),
            "models": len(found.models.versions()),
            "aliases": len(found.aliases.all()),
            "bundles": len(found.life.bundles()),
            "head": str(found.audit.head()),
        }
    console.document(facts)
    console.say(*(f"{name:<10} {value}" for name, value in facts.items()))
    return 0


def _upgrade(options: Namespace, console: Console) -> int:
    from automl.store.catalogue.database import Database
    from automl.store.catalogue.upgrade import upgrade

    database = Database(place_of(Home(options.home).path))
    try:
        before, after = upgrade(database)
        shown = database.shown
    finally:
        database.close()
    console.document({"catalogue": shown, "before": before, "after": after})
    done = "is up to date" if before == after else f"was {before or 'empty'}"
    console.say(f"{shown}: version {after}; it {done}.")
    return 0


def _rebuild(options: Namespace, console: Console) -> int:
    home = Home(options.home).path
    with open_catalogue(home) as found:
        done = catch_up(found, home, anew=True, problem=lambda text: console.note(f"note: {text}"))
        for path in options.run:
            folder = RunFolder.open(path)
            register_run(found, folder)
            done.append(folder.id)
        models = len(found.models.versions())
    console.document({"home": str(home), "runs": done, "models": models})
    console.say(f"{len(done)} runs looked at; {models} models are registered.")
    console.note(
        "note: aliases, approvals and the audit log are in the database alone: only a backup of it brings "
        "them back."
    )
    return 0
