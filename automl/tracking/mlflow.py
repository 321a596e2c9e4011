"""An MLflow server, by MLflow's own client; `mlflow-skinny` is enough.

The client knows all ways to log in (from the environment) and all places where artefacts may be stored. It
is asked for plain runs, metrics and artefacts only, which servers of older versions and of clouds know.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from automl.extras import require_extra
from automl.tracking.server import Batch, Dataset, RefusedError, State, UnreachableError
from automl.tracking.told import PART, RUN

__all__ = ["MlflowServer", "client_errors", "failure_of", "mlflow_client"]

_PAGE = 1000
_KIND = {"mlflow.experimentKind": "custom_model_development"}
"""By which MLflow's pages show an experiment as one of trained models, and not of language models."""
_LATER = (408, 425, 429)
"""Answers of HTTP that are about the moment; so are all from 500 on."""


def mlflow_client(uri: str, **variables: str) -> Any:
    """A client of MLflow that tells nobody but the server.

    Parameters
    ----------
    uri : str
        Of the tracking server, which is the registry as well.
    **variables
        Of the environment, where they are not set.
    """
    _tell_nobody()
    for name, value in variables.items():
        os.environ.setdefault(name, value)
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def _tell_nobody() -> None:
    """MLflow reports how it is used to its makers, unless it is told not to before it is imported."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"


def client_errors() -> tuple[Any, Any]:
    """By which the client says that something could not be done; storing artefacts has errors of its own."""
    _tell_nobody()
    import requests
    from mlflow.exceptions import MlflowException

    return MlflowException, requests.RequestException


class MlflowServer:
    """A tracking server; see `automl.tracking.server.Server`.

    Parameters
    ----------
    uri : str
    """

    def __init__(self, uri: str) -> None:
        require_extra("mlflow", "Tracking")
        self._client = mlflow_client(
            uri,
            MLFLOW_HTTP_REQUEST_MAX_RETRIES="0",  # it is the tracker that tries again
            MLFLOW_HTTP_REQUEST_TIMEOUT="30",
            MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT="true",  # which takes a request for each run
            MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR="false",
        )

    def experiment(self, name: str) -> str:
        """Id of the experiment of this name, which is made if there is none."""
        with _failures():
            found = self._client.get_experiment_by_name(name)
            if found is not None:
                return str(found.experiment_id)
            try:
                return str(self._client.create_experiment(name, tags=_KIND))
            except Exception as error:
                if getattr(error, "error_code", None) != "RESOURCE_ALREADY_EXISTS":
                    raise
                found = self._client.get_experiment_by_name(name)  # another run has made it meanwhile
                if found is None:
                    raise
                return str(found.experiment_id)

    def find(self, experiment: str, run: str) -> dict[str, str]:
        """What is there of a run: part (`run`, or a trial's id) → the server's id of it."""
        found: dict[str, str] = {}
        page: str | None = None
        with _failures():
            while True:
                runs = self._client.search_runs(
                    [experiment], f"tags.`{RUN}` = '{run}'", max_results=_PAGE, page_token=page,
                    order_by=["attributes.start_time DESC"],
                )  # fmt: skip
                for each in runs:
                    if PART in each.data.tags:
                        found[each.data.tags[PART]] = each.info.run_id
                page = runs.token
                if not page:
                    return found

    def create(self, experiment: str, name: str, tags: Mapping[str, str], start: int) -> str:
        """Make a run that began at `start` (milliseconds since 1970); its id."""
        with _failures():
            made = self._client.create_run(experiment, start_time=start, tags=dict(tags), run_name=name)
            return str(made.info.run_id)

    def log(self, run: str, batch: Batch) -> None:
        """Log a batch."""
        from mlflow import entities

        with _failures():
            self._client.log_batch(
                run,
                [entities.Metric(m.key, m.value, m.timestamp, m.step) for m in batch.metrics],
                [entities.Param(*item) for item in batch.params.items()],
                [entities.RunTag(*item) for item in batch.tags.items()],
            )

    def log_dataset(self, run: str, dataset: Dataset) -> None:
        """Name a table that a run learned from."""
        from mlflow import entities

        table = entities.Dataset(
            dataset.name, dataset.digest, "local", dataset.source, dataset.schema, dataset.profile
        )
        context = entities.InputTag("mlflow.data.context", "training")
        with _failures():
            self._client.log_inputs(run, [entities.DatasetInput(table, [context])])

    def set_state(self, run: str, state: State, end: int | None) -> None:
        """Say how a run stands, and since when it is over (milliseconds since 1970)."""
        with _failures():
            if end is None:
                self._client.update_run(run, status=state)
            else:
                self._client.set_terminated(run, state, end)

    def upload(self, run: str, path: Path) -> None:
        """Store a file as an artefact, under its own name."""
        with _failures():
            try:
                self._client.log_artifact(run, str(path))
            except Exception as error:
                if failure_of(error) is not None:
                    raise
                # Where artefacts are not stored through the server, it is its storage's client that fails.
                raise RefusedError(_words(error)) from error

    def registered(self, run: str) -> list[Mapping[str, Any]]:
        """Versions of models that a run has brought: `name`, `version`, and their `tags`."""
        with _failures():
            versions = self._client.search_model_versions(f"run_id = '{run}'")
            return [{"name": v.name, "version": v.version, "tags": dict(v.tags)} for v in versions]

    def point(self, alias: str, model: str, version: str) -> None:
        """Let an alias point at a version of a model."""
        with _failures():
            self._client.set_registered_model_alias(model, alias, version)


def failure_of(error: BaseException | None) -> UnreachableError | RefusedError | None:
    """What an error of MLflow's client means: it may pass, or the answer will stay; None for other errors."""
    api, storage = client_errors()
    if isinstance(error, api):
        status = int(error.get_http_status_code())
    elif isinstance(error, storage):
        status = 500 if error.response is None else int(error.response.status_code)
    else:
        return None
    later = status >= 500 or status in _LATER
    return (UnreachableError if later else RefusedError)(_words(error))


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        meaning = failure_of(error)
        if meaning is None:
            raise
        raise meaning from error


def _words(error: BaseException) -> str:
    """The first line of what the client says; a server may have sent a page of HTML."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:300]
