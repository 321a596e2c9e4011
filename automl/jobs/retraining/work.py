"""The job: from new rows to a challenger that takes the champion's place, waits, or is put aside."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Literal

from automl.errors import CatalogueError
from automl.jobs.folder import JobFolder
from automl.jobs.retraining.asked import Asked
from automl.jobs.retraining.challenger import run_of, searched
from automl.jobs.retraining.choice import SHARE, choose_window
from automl.jobs.retraining.contest import contest
from automl.jobs.retraining.known import unlearned
from automl.jobs.retraining.look import facts_of, looked_at
from automl.jobs.retraining.rows import Together, put_together, schema_of
from automl.jobs.retraining.seen import champion_of, past
from automl.jobs.retraining.steps import Steps
from automl.jobs.retraining.versions import HELD, LEARNED_ROWS, register_rows
from automl.monitoring.policy import Decision, decide
from automl.monitoring.window import Window
from automl.run import load_run
from automl.store import Home, RunFolder, preferred_model
from automl.store.catalogue import Catalogue, ModelVersion, open_catalogue
from automl.store.catalogue.registering import register_model
from automl.store.files import file_sha256

__all__ = ["retrain"]


def retrain(run_folder: Path, job_folder: Path, **params: Any) -> dict[str, Any]:
    """Learn a model anew; goes on where an earlier attempt was cut off.

    Parameters
    ----------
    run_folder : Path
        Of the run that the champion came from.
    job_folder : Path
    **params
        As `Asked.to_json` gives them.

    Returns
    -------
    dict
        `outcome`, `reasons`, and `challenger` where there is one.
    """
    asked = Asked.from_json(params)
    with open_catalogue(asked.home) as catalogue:
        return _Retraining(catalogue, RunFolder(run_folder), JobFolder(job_folder), asked).done()


class _Retraining:
    """One retraining, in steps."""

    def __init__(self, catalogue: Catalogue, run: RunFolder, folder: JobFolder, asked: Asked) -> None:
        self.catalogue = catalogue
        self.run = run
        self.asked = asked
        self.steps = Steps(folder)
        self.id = folder.path.name
        spec = run.spec
        self.budget = float(asked.budget or spec["budget"])
        self.date = asked.date or spec.get("time")

    def done(self) -> dict[str, Any]:
        plan = self.steps.once("plan", self._plan)
        champion = self.catalogue.models.version(plan["champion_id"])
        told = self.steps.once("decision", lambda: self._decision(champion, plan))
        decision = Decision.from_json(told["decision"])
        if not decision.retrain:
            return self.steps.once("outcome", lambda: _nothing(decision, champion))
        rows = self.steps.once("rows", lambda: self._rows(champion, plan))
        made = self.steps.once("bundle", lambda: self._challenger(plan, rows))
        challenger = self.catalogue.models.version(made["challenger_id"])
        if self.catalogue.succession.outcome_of(self.id) is None:
            self.catalogue.succession.challenge(
                challenger, reason=f"Learned anew. {' '.join(decision.reasons)}"
            )
        blessed = self.steps.once(
            "blessing",
            lambda: contest(
                self.catalogue, champion, challenger, run=self.run, bundle=Path(made["bundle"]),
                rows=self.steps.path / HELD, folder=self.steps.path, asked=self.asked,
            ),
        )  # fmt: skip
        return self.steps.once("outcome", lambda: self._outcome(champion, challenger, blessed, decision))

    def _plan(self) -> dict[str, Any]:
        """Keep a copy of the new rows, and choose the run of the challenger."""
        champion, run = champion_of(self.catalogue, self.asked.name)
        if not run.path.samefile(self.run.path):
            raise CatalogueError(
                f"Expected the champion of {self.asked.name!r} to come from the run {self.run.id}, found "
                f"{run.id}: somebody has moved the alias.",
                fix="Start the retraining again.",
            )
        digest, _ = self.catalogue.artefacts.keep(Path(self.asked.table))
        return {
            "champion": champion.label,
            "champion_id": champion.id,
            "new": digest,
            "run": str(Home(self.asked.home).new_run_path(self.asked.name)),
        }

    def _decision(self, champion: ModelVersion, plan: dict[str, Any]) -> dict[str, Any]:
        """Compare the new rows with the champion's, and ask the policy."""
        with self.catalogue.artefacts.fetched(plan["new"]) as path:
            report = looked_at(
                self.catalogue, self.run, champion, path, self.asked.table_name, self.id, self.steps
            )
        facts = facts_of(
            report,
            load_run(self.run.path).reference(champion.model),
            trained=self.catalogue.models.run_of(champion).created,
            now=time.time(),
            more_rows=unlearned(self.catalogue, champion),
            retrained=past(self.catalogue, self.asked.name, but=self.id),
        )
        found = Decision(True, ("It was asked for.",), ())
        if self.asked.policy is not None:
            found = decide(self.asked.policy, facts)
        if found.retrain:
            self.catalogue.audit.append(
                "retraining_started", self.asked.name,
                objects={"new": plan["new"], "champion": champion.state},
                details={
                    "champion": champion.label, "table": self.asked.table_name,
                    "reasons": list(found.reasons), "retraining": self.id,
                },
                event=f"retraining:{self.id}:started",
            )  # fmt: skip
        return {"decision": found.to_json(), "facts": facts.to_json(), "headline": report.headline}

    def _rows(self, champion: ModelVersion, plan: dict[str, Any]) -> dict[str, Any]:
        """Put old and new rows together, choose those to learn from, and register both as versions."""
        with self.catalogue.artefacts.fetched(plan["new"]) as path:
            together = put_together(
                self.catalogue, champion, self.run, path, name=self.asked.table_name, date=self.date,
                holdout=self.asked.holdout, keep_repeats=self.asked.keep_repeats,
            )  # fmt: skip
        window, words = self._window(together)
        versions = register_rows(
            self.catalogue, self.asked.name, together, window,
            weights=self.run.spec.get("weights"), new=plan["new"], folder=self.steps.path,
        )  # fmt: skip
        return together.told | versions | {"window_words": words}

    def _window(self, together: Together) -> tuple[Window, str]:
        window = Window.read(self.asked.window)
        if window.kind != "auto":
            return window, window.words
        found = self.steps.once(
            "windows",
            lambda: choose_window(together, self.run, self.asked, self.steps, budget=self.budget).to_json(),
        )
        return Window.read(found["window"]), str(found["words"])

    def _challenger(self, plan: dict[str, Any], rows: dict[str, Any]) -> dict[str, Any]:
        """Search, and export what comes of it."""
        self.steps.tell("search")
        share = 1 - 2 * SHARE if self.asked.window == "auto" else 1.0
        run = run_of(
            Path(plan["run"]),
            self.steps.path / LEARNED_ROWS,
            self.run,
            self.asked,
            schema=schema_of(self.run),
            lacking=rows["lacking"],
            budget=share * self.budget,
            weighted=rows["weighted"],
        )
        searched(run, lambda spent, told: self.steps.tell("search", spent, told))
        self.steps.tell("bundle")
        model = preferred_model(run.folder)
        assert model is not None  # a search that ends without a model raises
        path = run.folder.path / "bundles" / f"{run.folder.id}-{model}.zip"
        path.parent.mkdir(exist_ok=True)
        run.export(path, model=model, progress=lambda share, what: self.steps.tell("bundle", share, what))
        challenger = register_model(self.catalogue, run.folder, model)
        return {
            "challenger": challenger.label,
            "challenger_id": challenger.id,
            "bundle": str(path),
            "sha256": file_sha256(path),
            "run": str(run.folder.path),
        }

    def _outcome(
        self,
        champion: ModelVersion,
        challenger: ModelVersion,
        blessed: dict[str, Any],
        decision: Decision,
    ) -> dict[str, Any]:
        """Let the challenger take over, wait, or be put aside."""
        wish: Literal["swap", "wait", "keep"] = "wait" if self.asked.approval else "swap"
        reasons = list(blessed["reasons"])
        outcome = self.catalogue.succession.decide(
            challenger,
            champion,
            wish if blessed["blessed"] else "keep",
            retraining=self.id,
            approver=self.asked.approver,
            reason=" ".join([*reasons, "Why it was learned anew:", *decision.reasons]),
        )
        return {
            "outcome": outcome,
            "reasons": reasons,
            "champion": champion.label,
            "challenger": challenger.label,
        }


def _nothing(decision: Decision, champion: ModelVersion) -> dict[str, Any]:
    return {"outcome": "nothing", "reasons": list(decision.not_yet), "champion": champion.label}
