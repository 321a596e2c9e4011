"""Champion and challenger on the rows that neither has learned from."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from automl.errors import CatalogueError
from automl.jobs.retraining.asked import Asked
from automl.monitoring.blessing import bless, write_blessing
from automl.run import load_run
from automl.store import RunFolder
from automl.store.catalogue import Catalogue, ModelVersion
from automl.store.catalogue.run_facts import model_state
from automl.store.files import file_sha256

__all__ = ["contest"]


def contest(
    catalogue: Catalogue,
    champion: ModelVersion,
    challenger: ModelVersion,
    *,
    run: RunFolder,
    bundle: Path,
    rows: Path,
    folder: Path,
    asked: Asked,
) -> dict[str, Any]:
    """Compare both, tell the audit log, and write the blessing as other tools read it.

    Parameters
    ----------
    catalogue : Catalogue
    champion, challenger : ModelVersion
    run : RunFolder
        That the champion came from.
    bundle : Path
        The challenger's.
    rows : Path
        Labelled rows that neither has learned from.
    folder : Path
        Of the retraining.
    asked : Asked

    Returns
    -------
    dict
        As `Blessing.to_json`; only `blessed` and `reasons` where no score compares the two.
    """
    from automl.bundle import read_bundle

    new, old = read_bundle(bundle), read_bundle(_bundle_of(catalogue, champion, run, folder))
    if new.task.classes != old.task.classes:
        return {
            "blessed": False,
            "reasons": [
                f"{challenger.label} knows the classes {new.task.classes}, {champion.label} "
                f"{old.task.classes}: no score compares them. Look at it, and set the alias yourself: "
                f"automl alias set champion {challenger.label}"
            ],
        }
    found = bless(new, rows, champion=old, better_by=asked.better_by, sure=asked.sure, seed=run.spec["seed"])
    assert found.champion is not None
    write_blessing(found, folder / "blessing")
    catalogue.audit.append(
        "challenger_compared", challenger.label,
        objects={"model": challenger.state, "champion": champion.state, "rows": file_sha256(rows)},
        details={
            "champion": champion.label, "rows": found.rows, "metric": found.metric,
            "challenger_score": found.challenger.score, "champion_score": found.champion.score,
            "gain": found.gain, "low": found.gain_low, "high": found.gain_high,
            "probability": found.probability, "blessed": found.blessed, "retraining": folder.name,
        },
        event=f"retraining:{folder.name}:compared",
    )  # fmt: skip
    return found.to_json()


def _bundle_of(catalogue: Catalogue, champion: ModelVersion, run: RunFolder, folder: Path) -> Path:
    """A bundle of the champion as it is: one that is still there, or was kept, else one that is made."""
    path = folder / "champion.zip"
    if path.is_file():
        return path
    known = catalogue.life.bundles(champion)
    for each in known:
        if Path(each.path).is_file() and file_sha256(Path(each.path)) == each.digest:
            return Path(each.path)
    kept = [each for each in known if each.artefact is not None]
    if kept:
        part = path.with_suffix(".part")
        with catalogue.artefacts.fetched(kept[0].digest) as copy:
            shutil.copyfile(copy, part)
        return part.replace(path)
    if model_state(run, champion.model) != champion.state:
        raise CatalogueError(
            f"The run {run.id} decides otherwise since {champion.label} was registered, and no bundle of "
            "that is kept.",
            fix=f"Say which version is in use: automl alias set champion {champion.name}/VERSION",
        )
    return load_run(run.path).export(path, model=champion.model)
