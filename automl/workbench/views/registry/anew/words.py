"""What became of a retraining, in words, with an icon and a colour."""

from __future__ import annotations

from collections.abc import Mapping

from automl.jobs.retraining.seen import OUTCOMES, Retraining

__all__ = ["headline", "outcome_words"]

_HEADLINES: Mapping[str, tuple[str, str]] = {
    "swapped": (":green[:material/check_circle:]", "{new} has taken over from {old}"),
    "waits": (":blue[:material/hourglass_top:]", "{new} is better, and waits"),
    "kept": (":gray[:material/block:]", "{old} stays: {new} is not surely better"),
    "nothing": (":gray[:material/do_not_disturb_on:]", "{old} stays: nothing asks for it"),
    "overtaken": (":orange[:material/warning:]", "Another version came first"),
    "rejected": (":red[:material/cancel:]", "{new} was rejected, {old} stays"),
}
_OPEN = {
    "failed": "failed", "cancelled": "stopped", "interrupted": "stopped", "queued": "under way",
    "running": "under way",
}  # fmt: skip


def outcome_words(found: Retraining) -> str:
    """What came of it, or where it stands, in two or three words."""
    if found.outcome:
        return OUTCOMES[found.outcome]
    return _OPEN.get(found.job.state, found.job.state)


def headline(found: Retraining) -> tuple[str, str]:
    """An icon, and a sentence."""
    icon, words = _HEADLINES[found.outcome]
    return icon, words.format(new=found.challenger, old=found.champion)
