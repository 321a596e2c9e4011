"""The compliance sheet of a model: what is known of it to account for, and what is not."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from automl.metrics import get_metric
from automl.store.audit import Entry
from explain.judge.fairness import Fairness
from explain.judge.stability import Stability
from explain.report import Block, Document, Fact, Items, Note, Paragraph, Section, Table

from .account import Account
from .inspected import every, inspected
from .score import score_of
from .sections.caveats import caveats
from .sections.certificate import certificate
from .sections.columns import columns
from .sections.constraints import constraints
from .sections.coverage import coverage
from .sections.data import data
from .sections.decisions import decisions
from .sections.fairness import fairness
from .sections.purpose import purpose
from .sections.quality import quality
from .sections.stability import stability
from .subject import Subject
from .words import date, figure, interval

__all__ = ["build_sheet", "gaps"]

_MOST = 20


def build_sheet(subject: Subject, account: Account) -> Document:
    """The sheet: facts only, and the gaps by name.

    Parameters
    ----------
    subject : Subject
        Of what is stored; nothing is made for the sheet.
    account : Account
    """
    missing = gaps(subject, account)
    no_rows = replace(subject, explanation=None)  # a sheet shows no single rows
    parts = [
        ("What is missing", _missing(missing)),
        ("Purpose", [*_stated(account, "purpose"), *purpose(subject)]),
        ("The data", [*_lineage(subject, account), *data(subject), *columns(subject)]),
        ("Performance", [*quality(subject), *decisions(subject), *coverage(subject)]),
        ("Fairness", list(fairness(subject))),
        ("Quality of the explanations", [*certificate(subject), *stability(subject)]),
        ("Limits", [*_stated(account, "limits"), *constraints(subject), *caveats(no_rows)]),
        ("Approvals", list(_approvals(account))),
        ("In use", list(_in_use(account))),
        ("The record", list(_record(account))),
    ]
    score, metric = score_of(subject), get_metric(subject.task.metric).label
    spread = interval(score.interval)
    said = account.approval
    return Document(
        kind="Compliance sheet",
        title=account.model.label,
        summary=f"What is known of the model {account.model.model} of the run {account.run.id}, "
        "and what is not.",
        facts=(
            Fact("Approval", "none" if said is None else said.kind, "" if said is None else f"by {said.who}"),
            Fact("Missing", str(len(missing)), "see What is missing"),
            Fact(
                metric,
                figure(score.value),
                f"90 % interval {spread}" if spread else "",
            ),
            Fact("Audit log", "broken" if account.flaws else "intact", f"{account.head.number:,} entries"),
        ),
        sections=tuple(
            Section(title, tuple(blocks) or (Paragraph("Nothing is known; see What is missing."),))
            for title, blocks in parts
        ),
        footer=f"Written by Glassbench {subject.facts.glassbench} on {date(subject.facts.created)}. "
        f"Head of the audit log: {account.head}.",
        contents=True,
    )


def gaps(subject: Subject, account: Account) -> list[str]:
    """What a reader would look for and not find, each with what would close the gap."""
    label, run = shlex.quote(account.model.label), account.run.id
    found = []
    if account.said("purpose") is None:
        found.append(f"Nobody has said what it is for: automl models describe {label} --purpose TEXT")
    if account.said("limits") is None:
        found.append(
            f"Nobody has said what it must not be used for: automl models describe {label} --limits TEXT"
        )
    if account.dataset is None:
        found.append("It is not known which version of the data it learned from.")
    if not score_of(subject).holdout:
        found.append(
            "No rows were set aside and scored once: the performance is cross-validated on rows that also "
            "chose the model."
        )
    if not list(every(subject, "fairness", Fairness)):
        found.append(f"How it treats groups was not looked at: automl inspect {run} fairness --column COLUMN")
    if subject.explanation is None:
        found.append(f"It was not explained: automl explain {run}")
    if subject.certificate is None:
        found.append(
            "Its explanations were not checked against brute force: a report or an export does that."
        )
    if inspected(subject, "stability", Stability) is None:
        found.append(f"Whether its explanations are stable was not looked at: automl inspect {run} stability")
    said = account.approval
    if said is None:
        found.append(f"Nobody has approved or rejected it: automl approve {label}")
    elif said.kind == "approved" and said.who == account.model.who:
        found.append(f"It was approved by {said.who}, who also made it: there was no second pair of eyes.")
    if not account.bundles:
        found.append(f"It was not exported: automl export {run} BUNDLE.zip")
    if not account.checks:
        found.append("It was never compared with new rows: automl monitor BUNDLE.zip NEW.csv")
    if account.changed:
        found.append(
            "The run decides otherwise since this version was registered: the figures are those of now."
        )
    found += [f"The audit log is not as it was written. {flaw.message}" for flaw in account.flaws[:_MOST]]
    return found


def _missing(found: Sequence[str]) -> list[Block]:
    if not found:
        return [Paragraph("Nothing of what this sheet asks for is missing.")]
    return [Items(tuple(found))]


def _stated(account: Account, kind: str) -> Iterator[Block]:
    said = account.said(kind)
    if said is None:
        yield Note(f"Not stated: nobody has said anything about the {kind} of this model.", "warning")
    else:
        yield Paragraph(said.text)
        yield Paragraph(f"Said by {said.who} on {_when(said.at)}.")


def _lineage(subject: Subject, account: Account) -> Iterator[Block]:
    version = account.dataset
    if version is None:
        return
    rows = [
        ("Version", version.label),
        ("Registered", f"{_when(version.created)} by {version.who}"),
        ("After", account.before.label if account.before else "nothing: the first of its kind"),
    ]
    if subject.facts.sha256 is None:
        rows.append((f"SHA-256 of the {version.digest_of}", version.digest))
    if version.origin:
        rows.append(("Query", f"{version.origin['query']} (from {version.origin['connection']})"))
    yield Table(("", ""), tuple(rows))


def _approvals(account: Account) -> Iterator[Block]:
    if account.aliases:
        yield Paragraph(f"It is {', '.join(account.aliases)} of {account.model.name}.")
    rows = tuple(
        (_when(each.at), each.who, each.kind, each.text or "–")
        for each in account.statements
        if each.kind in ("approved", "rejected", "comment")
    )
    if rows:
        yield Table(("When", "Who", "What", "Why"), rows)
    else:
        yield Paragraph("None.")


def _in_use(account: Account) -> Iterator[Block]:
    if account.bundles:
        rows = tuple((_when(b.created), b.who, Path(b.path).name, b.digest) for b in account.bundles[:_MOST])
        yield Table(("Exported", "By", "File", "SHA-256"), rows)
    if account.deployments:
        places = tuple(
            (d.place, _when(d.started), _when(d.ended) if d.ended else "still there", d.who)
            for d in account.deployments[:_MOST]
        )
        yield Table(("Where", "From", "To", "By"), places)
    if account.checks:
        told = tuple(
            (_when(c.at), c.table_name, f"{c.rows:,}", c.level, c.headline) for c in account.checks[:_MOST]
        )
        yield Table(("Compared", "Table", "Rows", "Verdict", "In words"), told, numeric=(2,))
    still = [each for each in account.alerts if each.closed is None]
    if still:
        yield Items(tuple(f"Open alert since {_when(each.opened)}: {each.message}" for each in still))


def _record(account: Account) -> Iterator[Block]:
    if account.flaws:
        yield Note("The audit log is not as it was written: do not rely on this record.", "warning")
    rows = tuple((str(e.number), date(e.at[:19]), e.who, _action(e), e.subject) for e in account.entries)
    yield Table(
        ("Entry", "When (UTC)", "Who", "What", "Of what"), rows[-5 * _MOST :], numeric=(0,),
        caption="Entries of the audit log about this model, its run and its data.",
    )  # fmt: skip


def _action(entry: Entry) -> str:
    details: dict[str, Any] = entry.facts()["details"]
    reason = details.get("reason") or details.get("text") or ""
    return entry.action.replace("_", " ") + (f": {reason}" if reason else "")


def _when(moment: float | None) -> str:
    return "–" if moment is None else time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(moment))
