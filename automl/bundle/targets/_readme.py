"""What a bundle's README says of the platforms on which it runs."""

from __future__ import annotations

from . import TARGETS

__all__ = ["platforms"]


def platforms(bundle: str, name: str) -> str:
    """A section of Markdown: each platform, and how to bring the bundle there.

    Parameters
    ----------
    bundle : str
        Name of the zip.
    name : str
        Of the model.
    """
    parts = [
        "## Platforms\n\n"
        "`automl publish` is a command of Glassbench (`pip install glassbench`); everything else needs this "
        "zip only.\n"
    ]
    for target in TARGETS.values():
        parts.append(f"\n### {target.title}\n\n{target.about}\n")
        for step in target.steps:
            code = step.code_for(bundle, name)
            parts.append(f"\n{step.text}\n\n```{step.language}\n{code}\n```\n")
    return "".join(parts)
