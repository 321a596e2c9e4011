"""`automl retrain`."""

from __future__ import annotations

import time
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any

from automl import jobs
from automl.cli.console import Console, number
from automl.cli.opened import day, opened
from automl.errors import RunError, SettingError
from automl.jobs.folder import LOG
from automl.jobs.retraining import Asked, Retraining, champion_of, past, retrainings
from automl.jobs.retraining.seen import KIND, OUTCOMES, seen
from automl.monitoring.policy import Decision, decide
from automl.monitoring.policy_file import read_policy
from automl.monitoring.recent import Recent
from automl.monitoring.window import Window
from automl.store import Home
from automl.store.catalogue import Catalogue, open_catalogue

__all__ = ["retrain"]

_EVERY_SECONDS = 0.2
_INTERRUPTED = 130


def retrain(options: Namespace, console: Console) -> int:
    """Learn a champion anew, or say what became of it; the exit code is the outcome."""
    if options.name == "status":
        return _status(options, console)
    if options.name == "resume":
        return _resume(options, console)
    if options.table is None:
        raise SettingError(
            "There are no new rows to learn from.",
            fix="Give their file; or type `automl retrain status`, or `automl retrain resume NAME`.",
        )
    if not Path(options.table).is_file():
        raise SettingError(f"There is no file {options.table}.", fix="Check the path.")
    asked = _asked(options)
    with opened(options, console) as catalogue:
        if options.dry_run:
            return _dry_run(catalogue, asked, console)
        _, run = champion_of(catalogue, asked.name)
        folder = jobs.launch(run.path, KIND, **asked.to_json())
    return _follow(folder, options, console)


def _asked(options: Namespace) -> Asked:
    """What was typed, before what the policy says, before what is usual."""
    policy = None if options.policy is None else read_policy(options.policy)
    if options.auto and policy is not None and policy.approval:
        raise SettingError(
            f"The policy {options.policy.name} asks for an approval.",
            fix="Leave out --auto, or let the policy say `approval = false` under [then].",
        )
    told: dict[str, Any] = {
        "budget": options.budget, "holdout": options.holdout_last, "window": options.window,
        "better_by": options.better_by, "sure": options.sure,
    }  # fmt: skip
    said = {} if policy is None else {name: getattr(policy, name) for name in told}
    chosen = {name: value for name, value in (said | _typed(told)).items() if value is not None}
    Window.read(chosen.get("window", "all"))
    Recent.read(chosen.get("holdout", "20%"))
    needs = not options.auto and (policy is None or policy.approval or bool(options.approve_by))
    path = Path(options.table).absolute()
    return Asked(
        name=options.name,
        home=str(Home(options.home).path),
        table=str(path),
        table_name=path.name,
        policy=policy,
        date=options.date,
        approval=needs,
        approver=options.approve_by or "",
        keep_repeats=options.keep_repeats,
        max_trials=options.max_trials,
        n_jobs=options.n_jobs,
        **chosen,
    )


def _typed(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value is not None}


def _dry_run(catalogue: Catalogue, asked: Asked, console: Console) -> int:
    """What the policy makes of the new rows; nothing is written anywhere."""
    from automl.jobs.retraining.known import unlearned
    from automl.jobs.retraining.look import facts_of
    from automl.monitoring.scoring import score
    from automl.run import load_run

    champion, folder = champion_of(catalogue, asked.name)
    watched = load_run(folder.path).watched(champion.model)
    report = score(
        watched, Path(asked.table), name=asked.table_name, missing_columns="missing", time_budget=10.0
    ).report
    facts = facts_of(
        report,
        watched.reference,
        trained=catalogue.models.run_of(champion).created,
        now=time.time(),
        more_rows=unlearned(catalogue, champion),
        retrained=past(catalogue, asked.name),
    )
    found = Decision(True, ("It was asked for.",), ())
    if asked.policy is not None:
        found = decide(asked.policy, facts)
    console.document({"champion": champion.label, "decision": asdict(found), "facts": asdict(facts)})
    _say_decision(asdict(found), f"{champion.label} would", console)
    return 0


def _resume(options: Namespace, console: Console) -> int:
    """Go on with the last retraining of a name that was cut off."""
    if options.table is None:
        raise SettingError("Which retraining is to go on?", fix="Type `automl retrain resume NAME`.")
    with opened(options, console) as catalogue:
        found = [
            each
            for each in retrainings(catalogue, options.table)
            if each.job.can_resume or (each.job.alive and not each.job.is_over)
        ]
    if not found:
        raise RunError(f"No retraining of {options.table!r} was cut off.", fix="See `automl retrain status`.")
    job = found[0].job
    if job.can_resume:
        jobs.resume(job.folder)
    return _follow(job.folder, options, console)


def _follow(folder: Path, options: Namespace, console: Console) -> int:
    """Stay with a retraining until it is over; Ctrl-C stops it, to be taken up again."""
    said = ""
    try:
        while True:
            now = jobs.state(folder)
            if now.message and now.message != said and now.status.get("step"):
                said = now.message
                console.progress(f"{float(now.status.get('progress') or 0.0):4.0%}  {said}")
            if now.is_over and not now.alive:
                break
            time.sleep(_EVERY_SECONDS)
    except KeyboardInterrupt:
        jobs.stop(folder)
        console.note(f"Stopped. `automl retrain resume {now.params['name']}` goes on.")
        return _INTERRUPTED
    with open_catalogue(Home(options.home).path) as catalogue:
        return _conclude(catalogue, seen(catalogue, jobs.state(folder)), console)


def _conclude(catalogue: Catalogue, found: Retraining, console: Console) -> int:
    champion = catalogue.aliases.get(found.name, "champion")
    console.document(_document(found) | {"now": None if champion is None else champion.label})
    if found.job.state == "failed":
        error_id = (found.job.error or {}).get("id")
        console.note(
            f"automl: {found.job.message}",
            f"        Details are in {found.job.folder / LOG} under {error_id}.",
        )
        return 1
    if not found.outcome:
        console.note(f"The retraining is {found.job.state}. `automl retrain resume {found.name}` goes on.")
        return 1
    console.say(f"{OUTCOMES[found.outcome]}: {found.challenger or found.champion}")
    if found.decision is not None:
        _say_decision(found.decision["decision"], f"{found.champion} is", console)
    _say_rows(found, console)
    _say_blessing(found, console)
    if found.outcome == "waits":
        console.say("", f"automl approve {found.challenger}", f"automl approve {found.challenger} --reject")
    elif found.outcome == "swapped":
        console.say("", f"automl alias rollback {found.name} champion")
    return found.exit_code


def _say_decision(decision: dict[str, Any], what: str, console: Console) -> None:
    verb = "to be learned anew" if what.endswith("is") else "be learned anew"
    console.say(f"{what} {'' if decision['retrain'] else 'not '}{verb}.")
    console.say(*(f"  for      {reason}" for reason in decision["reasons"]))
    console.say(*(f"  against  {reason}" for reason in decision["not_yet"]))


def _say_rows(found: Retraining, console: Console) -> None:
    rows = found.rows
    if rows is None:
        return
    console.say(
        f"rows     {rows['rows']:,} as {rows['version']}: {rows['old_rows']:,} known, "
        f"{rows['new_rows']:,} new; {rows['learned_rows']:,} learned from ({rows['window_words']}), "
        f"{rows['held']:,} kept to compare on"
    )
    for count, words in (
        (rows["repeats"], "are equal to known ones and count once"),
        (rows["unlabelled"], "have no target and are left out"),
    ):
        if count:
            console.say(f"         {count:,} new rows {words}")
    for what, names in (("only new rows have", rows["added"]), ("new rows lack", rows["lacking"])):
        if names:
            console.say(f"columns  {what} {', '.join(names)}: nothing is learned from that")
    for name, before, after in rows["retyped"]:
        console.say(f"columns  {name} was {before}, looks like {after} in the new rows; it is read as before")
    console.note(*(f"note: {message}" for message in rows["odd"]))


def _say_blessing(found: Retraining, console: Console) -> None:
    told = found.blessing
    if told is None:
        return
    console.say(*(f"because  {reason}" for reason in told["reasons"]))
    if "metric" not in told:
        return
    console.say("")
    console.table(
        ("", "model", told["metric"], "90 % interval"),
        [
            (
                role, label, number(told[role]["score"]),
                f"{number(told[role]['low'])} to {number(told[role]['high'])}",
            )
            for role, label in (("challenger", found.challenger), ("champion", found.champion))
        ],
        right=(told["metric"],),
    )  # fmt: skip
    console.say(
        f"better by {number(told['gain'])} ({number(told['gain_low'])} to {number(told['gain_high'])}), "
        f"on the same {told['rows']:,} rows"
    )


def _status(options: Namespace, console: Console) -> int:
    """What retrainings there were."""
    with opened(options, console) as catalogue:
        found = retrainings(catalogue, options.table)
    console.document({"retrainings": [_document(each) for each in found]})
    if not found:
        console.say("Nothing was learned anew yet: automl retrain NAME NEW.csv")
        return 0
    console.table(
        ("started (UTC)", "model", "new rows", "state", "outcome", "champion", "challenger", "gain", "sure"),
        [
            (
                day(_started(each)), each.name, str(each.job.params["table_name"]), each.job.state,
                OUTCOMES.get(each.outcome, each.job.message or "–"), each.champion or "–",
                each.challenger or "–", number((each.blessing or {}).get("gain")),
                _sure((each.blessing or {}).get("probability")),
            )
            for each in found
        ],
        right=("gain", "sure"),
    )  # fmt: skip
    return 0


def _started(found: Retraining) -> float:
    from automl.jobs.folder import JobFolder

    return float(JobFolder(found.job.folder).spec["created"])


def _sure(probability: float | None) -> str:
    return "–" if probability is None else f"{probability:.1%}"


def _document(found: Retraining) -> dict[str, Any]:
    """A retraining as JSON values."""
    return {
        "id": found.job.id, "folder": str(found.job.folder), "name": found.name, "state": found.job.state,
        "message": found.job.message, "error": found.job.error, "started": _started(found),
        "outcome": found.outcome, "reasons": list(found.reasons), "champion": found.champion,
        "challenger": found.challenger, "decision": found.decision, "rows": found.rows,
        "blessing": found.blessing, "policy": found.job.params.get("policy"),
    }  # fmt: skip
