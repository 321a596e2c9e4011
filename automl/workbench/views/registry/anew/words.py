"""What became of a retraining, in words, with an icon and a colour."""

from __future__ import annotations

from collections.abc import Mapping

from automl.jobs.retraining.seen import Retraining

__all__ = ["headline", "outcome_words"]

_OUTCOMES: Mapping[str, tuple[str, str, str]] = {
    # outcome → in a list, icon, as a headline
    "swapped": ("took over", ":green[:material/check_circle:]", "{new} has taken over from {old}"),
    "waits": ("waits for approval", ":blue[:material/hourglass_top:]", "{new} is better, and waits"),
    "kept": ("not better", ":gray[:material/block:]", "{old} stays: {new} is not surely better"),
    "nothing": ("not needed", ":gray[:material/do_not_disturb_on:]", "{old} stays: nothing asks for it"),
    "overtaken": ("overtaken", ":orange[:material/warning:]", "Another version came first"),
    "rejected": ("rejected", ":red[:material/cancel:]", "{new} was rejected, {old} stays"),
}
_OPEN = {
    "failed": "failed", "cancelled": "stopped", "interrupted": "stopped", "queued": "under way",
    "running": "under way",
}  # fmt: skip


def outcome_words(found: Retraining) -> str:
    """What came of it, or where it stands, in two or three words."""
    if found.outcome:
        return _OUTCOMES[found.outcome][0]
    return _OPEN.get(found.job.state, found.job.state)


def headline(found: Retraining) -> tuple[str, str]:
    """An icon, and a sentence."""
    _, icon, words = _OUTCOMES[found.outcome]
    return icon, words.format(new=found.challenger, old=found.champion)
