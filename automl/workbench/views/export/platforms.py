"""Platforms that take the zip as it is: what it is there, how to bring it there, what was proven."""

from __future__ import annotations

import zipfile
from functools import lru_cache
from pathlib import Path

import streamlit as st

from automl.bundle.parity import PARITY, Proven, read_parity
from automl.bundle.targets import TARGETS, slug
from automl.errors import BundleError
from automl.store import RunFolder
from automl.workbench import components
from automl.workbench import format as fmt
from automl.workbench.reading import Standing
from automl.workbench.views.export.bundle import zip_of

__all__ = ["platforms"]


def platforms(run: RunFolder, model: Standing, bundle: str) -> None:
    """Choose a platform, and read what to do.

    Parameters
    ----------
    run : RunFolder
    model : Standing
    bundle : str
        Name of the zip.
    """
    st.subheader("Platforms", anchor=False)
    name = st.selectbox(
        "The zip holds the files that each of them wants.", list(TARGETS), index=None,
        format_func=lambda name: TARGETS[name].title, placeholder="Choose one to see what to do",
        key="platform", bind="query-params",
    )  # fmt: skip
    if name is None:
        return
    target = TARGETS[name]
    st.markdown(target.about)
    _certified(zip_of(run, model.id), target.title)
    for step in target.steps:
        st.caption(step.text)
        st.code(step.code_for(bundle, slug(str(run.spec["name"]))), language=step.language, wrap_lines=True)
    if target.proven:
        components.note(f"How Glassbench is tested: {target.proven}")


def _certified(path: Path | None, title: str) -> None:
    """What the certificate of this very bundle says of a platform, where it has one."""
    if path is None or not path.is_file():
        return
    try:
        found = _read(path, path.stat().st_mtime_ns)
    except BundleError as error:
        components.note(error.message)
        return
    if found is None:
        return
    day, routes = found
    mine = [route for route in routes if route.platform.startswith(title)]
    for platform, version in dict.fromkeys((route.platform, route.version) for route in mine):
        asked = [route for route in mine if (route.platform, route.version) == (platform, version)]
        wrong = [route.route for route in asked if not route.same]
        sign = ":red[:material/error:]" if wrong else ":green[:material/verified:]"
        if wrong:
            told = f"does not predict the same ({components.plain('; '.join(wrong))})"
        else:
            told = f"predicts the same, in {fmt.plural(len(asked), 'way')} of asking"
        st.markdown(
            f"{sign} **This bundle, {components.plain(day)}:** {components.plain(f'{platform} {version}')} "
            f"{told}, for {fmt.plural(asked[0].rows, 'row')}."
        )


@lru_cache(maxsize=8)
def _read(path: Path, _stamp: int) -> tuple[str, tuple[Proven, ...]] | None:
    with zipfile.ZipFile(path) as bundle:
        if PARITY not in bundle.namelist():
            return None
        parity = read_parity({PARITY: bundle.read(PARITY)})
    return None if parity is None else (parity.date, parity.routes)
