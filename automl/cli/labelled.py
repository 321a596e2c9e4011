"""A bundle that is named by its model: `churn@champion`, `churn/3`."""

from __future__ import annotations

import shutil
from pathlib import Path

from automl.errors import CatalogueError

__all__ = ["bundle_at", "kept_bundle"]


def bundle_at(path: Path, home: Path | None = None) -> Path:
    """The bundle at a path; where there is none, that of the model which the catalogue knows by this label.

    Parameters
    ----------
    path : Path
        Of a bundle, or a label such as `churn@champion`.
    home : Path, optional

    Returns
    -------
    Path
        As it was given, where it is no label: whoever opens it says what is wrong.
    """
    if path.exists() or not ("@" in path.name or path.name.isdigit()):
        return path
    from automl.store import Home  # not above: `--help` and a server begin without NumPy
    from automl.store.catalogue import place_of

    return kept_bundle(str(path), home) if place_of(Home(home).path).exists else path


def kept_bundle(label: str, home: Path | None = None) -> Path:
    """A copy, in the home, of the bundle of a model that the catalogue keeps.

    Raises
    ------
    CatalogueError
        When there is no such model, or no bundle of it is kept.
    """
    from automl.store import Home
    from automl.store.catalogue import open_catalogue
    from automl.store.files import file_sha256, replacing

    folder = Home(home).path
    with open_catalogue(folder) as catalogue:
        model = catalogue.models.find(label)
        kept = [bundle for bundle in catalogue.life.bundles(model) if bundle.artefact is not None]
        if not kept:
            raise CatalogueError(
                f"No bundle of {model.label} is kept.",
                fix=f"Export it: automl export {model.run_id} OUT.zip",
            )
        # An id, not the name: a name may hold anything, and two may look alike as files.
        target = folder / "served" / f"{model.run_id}-{model.model}-{kept[0].digest[:8]}.zip"
        if not target.is_file() or file_sha256(target) != kept[0].digest:
            target.parent.mkdir(parents=True, exist_ok=True)
            digest = kept[0].digest
            with (
                catalogue.artefacts.fetched(digest) as source,
                source.open("rb") as stream,
                replacing(target) as copy,
            ):
                shutil.copyfileobj(stream, copy)
            target.chmod(0o644)
    return target
