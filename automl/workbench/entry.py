"""The script that Streamlit runs for every visit: page settings, navigation, and the chosen page.

`app.py` and `python -m automl.workbench` serve it; `streamlit run automl/workbench/entry.py` works as well,
then without the protective headers of `automl.workbench.server`.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import streamlit as st

from automl.errors import GlassbenchError
from automl.workbench import addresses, components, freezing, navigation, theme


def _version() -> str:
    try:
        return version("glassbench")
    except PackageNotFoundError:  # run from a source folder
        return "from source"


_ASSETS = Path(__file__).with_name("assets")
_ABOUT = (
    f"**Glassbench {_version()}** — an AutoML workbench that explains itself. "
    "Everything you see here stays on this machine."
)


def main() -> None:
    """Draw the page that the address asks for."""
    # The icon is set before the navigation, which would otherwise fetch one from a font server.
    st.set_page_config(
        page_title="Glassbench",
        page_icon=_ASSETS / "mark.png",
        layout="wide",
        menu_items={"About": _ABOUT},
    )
    theme.apply()
    st.logo(str(_ASSETS / "mark.svg"), size="medium")
    chosen = st.navigation(navigation.all_pages(), position="top")
    addresses.keep_up(chosen.url_path)
    try:
        chosen.run()
    except GlassbenchError as error:
        components.problem(error.message, error.fix)
        navigation.link("runs", "Go to the runs")
    freezing.freeze_imports()


if __name__ == "__main__":
    main()
