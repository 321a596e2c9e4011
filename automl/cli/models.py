"""`automl models`, `automl alias` and `automl approve`."""

from __future__ import annotations

import shutil
from argparse import Namespace
from dataclasses import asdict
from typing import Any

from automl.cli.console import Console, number
from automl.cli.opened import day, opened, short
from automl.errors import CatalogueError, SettingError
from automl.store.catalogue import AliasChange, Catalogue, Statement
from automl.store.files import replacing

__all__ = ["alias", "approve", "models"]

_OUTCOMES = {
    "swapped": "It is the champion of {model.name} now; {champion.label} is archived.",
    "rejected": "It challenges {champion.label} no more.",
    "overtaken": "It was compared with {champion.label}, which is the champion no more: nothing was changed.",
    "waits": "It still waits for the approval of {by}.",
}


def models(options: Namespace, console: Console) -> int:
    """Registered models."""
    parts = {"list": _list, "show": _show, "get": _get, "describe": _describe}
    with opened(options, console) as catalogue:
        return parts[options.part](options, console, catalogue)


def alias(options: Namespace, console: Console) -> int:
    """Aliases of models."""
    parts = {
        "list": _aliases, "set": _set, "rollback": _rollback, "remove": _remove, "history": _history,
    }  # fmt: skip
    with opened(options, console) as catalogue:
        return parts[options.part](options, console, catalogue)


def approve(options: Namespace, console: Console) -> int:
    """Approve or reject a model; a challenger that waits for it goes on."""
    with opened(options, console) as catalogue:
        model = catalogue.models.find(options.model)
        waiting = catalogue.succession.pending(model.name)
        kind = "rejected" if options.reject else "approved"
        said = catalogue.models.say(model, kind, options.reason)
        outcome = None
        if waiting is not None and waiting.challenger.id == model.id:
            outcome = catalogue.succession.outcome_of(waiting.retraining)
    console.document(asdict(said) | {"model": model.label, "outcome": outcome})
    console.say(f"{model.label} is {kind} by {said.who}." + (f" Reason: {said.text}" if said.text else ""))
    if waiting is not None and outcome is not None:
        console.say(_OUTCOMES[outcome].format(model=model, champion=waiting.champion, by=waiting.approver))
    return 0


def _list(options: Namespace, console: Console, catalogue: Catalogue) -> int:
    found = catalogue.models.versions(options.name)
    pointing: dict[int, list[str]] = {}
    for each in catalogue.aliases.all(options.name):
        pointing.setdefault(each.model_id, []).append(each.alias)
    said = catalogue.summaries.approvals(options.name)
    words = {model.id: _approval_words(said.get(model.id)) for model in found}
    console.document(
        {
            "models": [
                asdict(model) | {"aliases": pointing.get(model.id, []), "approval": words[model.id]}
                for model in found
            ]
        }
    )
    if not found:
        console.say("No model is registered yet: a finished run registers its own.")
        return 0
    console.table(
        ("model", "aliases", "metric", "score", "90 % interval", "approval", "registered", "run", "id"),
        [
            (
                model.label, ", ".join(pointing.get(model.id, [])) or "–", model.metric or "–",
                number(model.score), f"{number(model.low)} to {number(model.high)}", words[model.id],
                day(model.created), model.run_id, model.model,
            )
            for model in found
        ],
        right=("score", "90 % interval"),
    )  # fmt: skip
    return 0


def _approval_words(said: Statement | None) -> str:
    return "none" if said is None else f"{said.kind} by {said.who}"


def _show(options: Namespace, console: Console, catalogue: Catalogue) -> int:
    model = catalogue.models.find(options.model)
    run = catalogue.models.run_of(model)
    data = None if run.dataset_version_id is None else catalogue.datasets.version(run.dataset_version_id)
    aliases = [each.alias for each in catalogue.aliases.all(model.name) if each.model_id == model.id]
    said = catalogue.models.statements(model)
    bundles, checks = catalogue.life.bundles(model), catalogue.life.checks(model)
    deployed, alerts = catalogue.life.deployments(model), catalogue.life.alerts(model)
    console.document(
        {
            **asdict(model),
            "label": model.label,
            "aliases": aliases,
            "run": asdict(run),
            "data": None if data is None else {"label": data.label, "sha256": data.digest},
            "statements": [asdict(each) for each in said],
            "bundles": [asdict(each) for each in bundles],
            "deployments": [asdict(each) for each in deployed],
            "checks": [asdict(each) for each in checks],
            "alerts": [asdict(each) for each in alerts],
        }
    )
    console.say(
        f"model      {model.label}, registered {day(model.created)} UTC by {model.who}",
        f"aliases    {', '.join(aliases) or 'none'}",
        f"run        {run.path}",
        f"id         {model.model}",
        f"data       {f'{data.label}  (sha256 {short(data.digest)}…)' if data else 'not known'}",
        f"score      {model.metric} {number(model.score)} ({number(model.low)} to {number(model.high)}), "
        f"{model.measured}",
        f"approval   {_approval_words(catalogue.models.approval(model))}",
    )
    for each in said:
        console.say(f"{each.kind:<10} {each.text or '(no reason)'}  ({each.who}, {day(each.at)} UTC)")
    for bundle in bundles:
        console.say(f"bundle     {bundle.path}  (sha256 {short(bundle.digest)}…, {day(bundle.created)} UTC)")
    for place in deployed:
        console.say(f"deployed   {place.place}  ({day(place.started)} to {day(place.ended)})")
    for check in checks[:10]:
        console.say(f"check      {check.level}: {check.table_name}, {check.rows:,} rows: {check.headline}")
    for alert in alerts[:10]:
        console.say(f"alert      {alert.level}: {alert.message}" + (" (closed)" if alert.closed else ""))
    return 0


def _get(options: Namespace, console: Console, catalogue: Catalogue) -> int:
    model = catalogue.models.find(options.model)
    kept = [bundle for bundle in catalogue.life.bundles(model) if bundle.artefact is not None]
    if not kept:
        raise CatalogueError(
            f"No bundle of {model.label} is kept.", fix=f"Export it: automl export {model.run_id} OUT.zip"
        )
    out = options.bundle.absolute()
    with catalogue.artefacts.fetched(kept[0].digest) as path, path.open("rb") as source:
        with replacing(out) as target:
            shutil.copyfileobj(source, target)
        out.chmod(0o644)
    console.document({"model": model.label, "bundle": str(out), "sha256": kept[0].digest})
    console.say(f"{out}  (the bundle of {model.label})", f"sha256 {kept[0].digest}")
    return 0


def _describe(options: Namespace, console: Console, catalogue: Catalogue) -> int:
    model = catalogue.models.find(options.model)
    told = {kind: getattr(options, kind) for kind in ("purpose", "limits", "comment")}
    if not any(told.values()):
        raise SettingError(
            "Expected something to say of the model, found nothing.",
            fix="Give --purpose, --limits or --comment.",
        )
    said = [catalogue.models.say(model, kind, text) for kind, text in told.items() if text]
    console.document({"model": model.label, "statements": [asdict(each) for each in said]})
    console.say(*(f"{each.kind} of {model.label}: {each.text}" for each in said))
    return 0


def _aliases(options: Namespace, console: Console, catalogue: Catalogue) -> int:
    found = [
        {"name": each.name, "alias": each.alias, "model": catalogue.models.version(each.model_id).label}
        for each in catalogue.aliases.all(options.name)
    ]
    console.document({"aliases": found})
    if not found:
        console.say("There is no alias yet: automl alias set champion MODEL.")
        return 0
    console.table(("name", "alias", "model"), [(e["name"], e["alias"], e["model"]) for e in found])
    return 0


def _set(options: Namespace, console: Console, catalogue: Catalogue) -> int:
    model = catalogue.models.find(options.model)
    expected: Any = "any"
    if options.expect is not None:
        expected = None if options.expect == "none" else catalogue.models.find(options.expect)
    change = catalogue.aliases.set(
        options.alias, model, expected=expected, reason=options.reason, needs_approval=options.approved
    )
    return _tell(console, catalogue, change)


def _rollback(options: Namespace, console: Console, catalogue: Catalogue) -> int:
    change = catalogue.aliases.rollback(options.name, options.alias, reason=options.reason)
    return _tell(console, catalogue, change)


def _remove(options: Namespace, console: Console, catalogue: Catalogue) -> int:
    return _tell(
        console, catalogue, catalogue.aliases.remove(options.name, options.alias, reason=options.reason)
    )


def _tell(console: Console, catalogue: Catalogue, change: AliasChange) -> int:
    before, after = _label(catalogue, change.before_id), _label(catalogue, change.after_id)
    console.document(asdict(change) | {"before": before, "after": after})
    now = f"points to {after}" if after else "is no more"
    was = f"it pointed to {before}" if before else "there was none before"
    console.say(f"{change.name}@{change.alias} {now}; {was}.")
    return 0


def _history(options: Namespace, console: Console, catalogue: Catalogue) -> int:
    found = catalogue.aliases.changes(options.name, options.alias)
    told = [
        asdict(each)
        | {"before": _label(catalogue, each.before_id), "after": _label(catalogue, each.after_id)}
        for each in found
    ]
    console.document({"changes": told})
    if not found:
        console.say(f"{options.name}@{options.alias} was never set.")
        return 0
    console.table(
        ("when (UTC)", "who", "from", "to", "reason"),
        [
            (
                day(each["at"]), each["who"], each["before"] or "–", each["after"] or "–",
                ("taken back. " if each["undoes_id"] else "") + each["reason"],
            )
            for each in told
        ],
    )  # fmt: skip
    return 0


def _label(catalogue: Catalogue, model_id: int | None) -> str | None:
    return None if model_id is None else catalogue.models.version(model_id).label
