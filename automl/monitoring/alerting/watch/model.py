"""The model that a watch is about: a bundle, or whatever an alias of the catalogue points to at the time."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from automl.bundle import Bundle, load_bundle
from automl.bundle.manifest import is_bundle
from automl.errors import CatalogueError
from automl.monitoring.alerting.watch.settings import WatchSettings
from automl.monitoring.watched import Watched, watched_bundle
from automl.store.catalogue import Catalogue, ModelVersion
from automl.store.files import file_sha256

__all__ = ["Current", "Models"]


@dataclass(frozen=True, eq=False)
class Current:
    """The model as it is now.

    Attributes
    ----------
    watched : Watched
    label : str
        What it is called: `churn/3`, or the bundle's name where the catalogue does not know it.
    version : ModelVersion or None
    run_id : str
    sha256 : str
        Of the model's file.
    digest : str
        SHA-256 of the bundle.
    """

    watched: Watched
    label: str
    version: ModelVersion | None
    run_id: str
    sha256: str
    digest: str


class Models:
    """Loads the model, and again when it is another one.

    Parameters
    ----------
    catalogue : Catalogue
    settings : WatchSettings
    """

    def __init__(self, catalogue: Catalogue, settings: WatchSettings) -> None:
        self._catalogue, self._settings = catalogue, settings
        self._known: tuple[object, Current] | None = None

    def current(self) -> Current:
        """The model as it is now.

        Raises
        ------
        CatalogueError
            When there is none of this name, or none of its bundles is kept.
        BundleError
            When the bundle cannot be trusted, or has nothing to compare with.
        """
        path = self._settings.base / Path(self._settings.model).expanduser()
        if is_bundle(path):
            stat = (path / "bundle.json" if path.is_dir() else path).stat()
            mark: object = (str(path), stat.st_size, stat.st_mtime_ns)
        else:
            version = self._catalogue.models.find(self._settings.model)
            mark = version.id
        if self._known is None or self._known[0] != mark:
            found = self._of_file(path) if is_bundle(path) else self._of_version(version)
            self._known = mark, found
        return self._known[1]

    def _of_file(self, path: Path) -> Current:
        digest = file_sha256(path / "bundle.json" if path.is_dir() else path)
        registered = None if path.is_dir() else self._catalogue.life.bundle(digest)
        return _current(load_bundle(path), None if registered is None else registered[1], digest)

    def _of_version(self, version: ModelVersion) -> Current:
        bundles = self._catalogue.life.bundles(version)
        with ExitStack() as stack:
            for bundle in bundles:
                if bundle.artefact is not None and self._catalogue.artefacts.has(bundle.digest):
                    path = stack.enter_context(self._catalogue.artefacts.fetched(bundle.digest))
                    return _current(load_bundle(path), version, bundle.digest)
            for bundle in bundles:
                if Path(bundle.path).is_file() and file_sha256(Path(bundle.path)) == bundle.digest:
                    return _current(load_bundle(bundle.path), version, bundle.digest)
        raise CatalogueError(
            f"No bundle of {version.label} is kept.",
            fix=f"Export it: automl export {version.run_id} OUT.zip",
        )


def _current(bundle: Bundle, version: ModelVersion | None, digest: str) -> Current:
    lineage = bundle.manifest["lineage"]
    return Current(
        watched=watched_bundle(bundle),
        label=version.label
        if version is not None
        else f"{bundle.manifest['name']} ({lineage['model']['id']})",
        version=version,
        run_id=str(lineage["run"]["id"]),
        sha256=str(bundle.manifest["files"]["model/model.skops"]["sha256"]),
        digest=digest,
    )
