"""Workers on a Dask cluster, which may be other machines without the run folder.

Dask schedules, moves results and retries what a lost worker had; this module only hands it candidates. The
training rows travel as a worker plugin: the scheduler gives it once to every worker, and to those that join
or restart later. The cluster is somebody else's: a candidate that hangs is cancelled and forgotten, its
worker is never killed.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import CancelledError, Executor, Future
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from distributed import Client, KilledWorker, WorkerPlugin, get_worker
from distributed.protocol import pickle
from distributed.versions import get_versions
from threadpoolctl import threadpool_limits

from automl.errors import RunError
from automl.extras import PACKAGES
from automl.models import Context
from automl.search.evaluate import Evaluation, TrainingRows, evaluate
from automl.search.race import Rival
from automl.search.workers import Workers, WorkersLostError

__all__ = ["DaskWorkers", "differences"]

_CONNECT_SECONDS = 10.0
_ANSWER_SECONDS = 2.0  # that the scheduler has for a small question
_COUNT_EVERY = 1.0  # seconds between looks at how many workers there are
_SAME = ("numpy", "pandas", "scipy", "scikit-learn", "lightgbm", "joblib", "glassbench")


class DaskWorkers(Workers):
    """The workers of a Dask cluster: one candidate in each process at a time, with the threads it has.

    Parameters
    ----------
    address : str
        Of the scheduler, `tcp://host:port` or `tls://host:port`; the certificates for `tls` are those of
        Dask's own configuration.
    extras : iterable of str
        That the candidates need on the workers (`automl.extras`).
    """

    lost = (KilledWorker, CancelledError)
    separate = True

    def __init__(self, address: str, extras: Iterable[str] = ()) -> None:
        self._address = address
        self._packages = (*_SAME, *(PACKAGES[extra] for extra in extras))
        self._client: Client | None = None
        self._executor: Executor
        self._threads: dict[str, int] = {}  # of each worker, by its address
        self._counted = -np.inf
        self._shipped: set[str] = set()

    @property
    def n_workers(self) -> int:
        """Worker processes, as of a second ago."""
        now = time.monotonic()
        if self._client is not None and now - self._counted > _COUNT_EVERY:
            self._counted = now
            # A scheduler that is busy says nothing; where it is gone, the candidates will tell.
            with suppress(OSError, CancelledError):
                self._threads = self._client.nthreads(callback_timeout=_ANSWER_SECONDS)
        return max(len(self._threads), 1)

    @property
    def n_threads(self) -> int:
        """As many as the smallest worker has: a candidate comes out the same on each."""
        return min(self._threads.values(), default=1)

    def start(self) -> None:
        """Connect, and see that the workers have the same packages.

        Raises
        ------
        RunError
            When there is no scheduler, no worker, or another version of a package.
        """
        try:
            client = Client(self._address, timeout=_CONNECT_SECONDS, name="glassbench", set_as_default=False)
        except (OSError, ValueError) as error:
            raise RunError(
                f"There is no Dask scheduler at {self._address} ({error}).",
                fix="Start one with `dask scheduler`, and workers with `dask worker ADDRESS --nthreads 1`.",
            ) from error
        self._client, self._executor = client, client.get_executor(pure=False)
        try:
            client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
        except TimeoutError as error:
            raise RunError(
                f"The Dask scheduler at {self._address} has no worker.",
                fix=f"Start one with `dask worker {self._address} --nthreads 1`.",
            ) from error
        self._threads = client.nthreads()
        self._require_same_packages(client)

    def _require_same_packages(self, client: Client) -> None:
        packages = get_versions(packages=self._packages)["packages"]
        ours = {name: packages[name] for name in ("python", *self._packages)}
        question = {"op": "versions", "packages": self._packages}
        answers = client.sync(
            client.scheduler.broadcast, msg=question, on_error="ignore", callback_timeout=_CONNECT_SECONDS
        )
        for address, answer in sorted(answers.items()):
            other = differences(ours, answer["packages"])
            if other:
                raise RunError(
                    f"The Dask worker {address} has {', '.join(other)}.",
                    fix="Start the workers from an environment with the same packages as this one.",
                )

    def suit(self, n_rows: int) -> None:
        """Nothing to do: whoever started the workers has shared the cores out."""

    def ship(self, path: Path, seconds: float) -> None:
        """Send the rows to the scheduler, which gives them to each worker once."""
        rows = TrainingRows.load(path)
        plugin = pickle.dumps(_Rows(replace(rows, X=np.array(rows.X))))
        name = _name(path)
        end = time.monotonic() + seconds
        self._shipped.add(name)
        for attempt in (1, 2):
            try:
                answers = self._connected.sync(
                    self._connected.scheduler.register_worker_plugin,
                    plugin=plugin, name=name, idempotent=False, callback_timeout=end - time.monotonic(),
                )  # fmt: skip
                break
            except OSError:  # a worker that left just then; the scheduler keeps the rows for those to come
                self._require_connection()
                if attempt == 2 or time.monotonic() > end:
                    raise
        failed = [str(answer.get("text")) for answer in answers.values() if answer["status"] != "OK"]
        if failed:
            raise OSError(f"A worker could not take the training rows: {failed[0]}")

    def evaluate(
        self,
        path: Path,
        family: str,
        params: dict[str, Any],
        context: Context,
        seconds: float,
        rival: Rival | None = None,
        only: int | None = None,
    ) -> Future[Evaluation]:
        """Evaluate a candidate on the rows that were shipped."""
        self._require_connection()
        future: Future[Evaluation] = self._executor.submit(
            _evaluate_shipped, _name(path), family, params, context, seconds, rival, only
        )
        return future

    def retries(self, error: BaseException) -> bool:
        """Not where Dask has tried it on several workers, and each has died."""
        return not isinstance(error, KilledWorker)

    def abandon(self, futures: Collection[Future[Evaluation]]) -> None:
        """Cancel the candidates; what hangs goes on hanging, and nobody waits for it."""
        self._require_connection()
        for future in futures:
            future.cancel()

    def _require_connection(self) -> None:
        if self._connected.status != "running":
            raise WorkersLostError(
                f"The connection to the Dask scheduler at {self._address} was lost.",
                fix="Everything finished so far is kept; resume the run when the scheduler is back, or "
                "elsewhere with another --executor.",
            )

    def stop(self) -> None:
        """Forget the candidates under way, take the rows back and disconnect."""
        client, self._client = self._client, None
        if client is None:
            return
        if client.status == "running":
            for name in self._shipped:
                with suppress(OSError, ValueError):  # hangs, or was restarted and knows of nothing
                    client.sync(
                        client.scheduler.unregister_worker_plugin, name=name, callback_timeout=_ANSWER_SECONDS
                    )
        self._shipped.clear()
        client.close(timeout=_ANSWER_SECONDS)

    @property
    def _connected(self) -> Client:
        if self._client is None:
            raise AssertionError("The workers have not been started.")
        return self._client


class _Rows(WorkerPlugin):  # type: ignore[misc]  # distributed's classes have no types
    """Training rows, kept by a worker."""

    def __init__(self, rows: TrainingRows) -> None:
        self.rows = rows


def _name(path: Path) -> str:
    """Under which a folder's rows are known to the cluster: the same for a run that is taken up again."""
    return f"glassbench {socket.gethostname()} {path}"


def _evaluate_shipped(
    name: str,
    family: str,
    params: dict[str, Any],
    context: Context,
    seconds: float,
    rival: Rival | None,
    only: int | None,
) -> Evaluation:
    """Evaluate a candidate in a Dask worker."""
    rows = get_worker().plugins[name].rows
    with threadpool_limits(context.n_threads):
        return evaluate(rows, family, params, context, seconds, rival, only)


def differences(ours: Mapping[str, str], theirs: Mapping[str, str | None]) -> list[str]:
    """In words, which packages are not the same; of Python, the first two numbers must be."""

    def short(name: str, version: str | None) -> str:
        parts = (version or "missing").split(".")
        return ".".join(parts[:2] if name == "python" else parts)

    pairs = {name: (short(name, theirs.get(name)), short(name, version)) for name, version in ours.items()}
    return [
        f"{name} {found} instead of {wanted}" for name, (found, wanted) in pairs.items() if found != wanted
    ]
