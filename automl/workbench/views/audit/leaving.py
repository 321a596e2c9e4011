"""What is taken out of the log: its head to be noted, all of it as a file, and how a person is forgotten."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import streamlit as st

from automl.store.audit import Head
from automl.store.catalogue import Catalogue
from automl.workbench import components

__all__ = ["leaving"]

_MOST = 200_000  # entries that are handed out through the browser, some 100 MB


def leaving(catalogue: Catalogue) -> None:
    """Draw the head, the downloads, and what the commands do with prediction logs."""
    head = catalogue.audit.head()
    with st.container(border=True, key="gb-head"):
        st.subheader("Keep it safe elsewhere", anchor=False)
        components.note(
            "The head is the number and hash of the last entry. Noted where nobody here can change it, it "
            "proves later that nothing up to it was written anew or cut off."
        )
        st.code(str(head), language=None, wrap_lines=True)
        with st.container(horizontal=True):
            st.download_button(
                "Head", data=_note(catalogue, head), file_name=f"audit-head-{head.number}.txt",
                mime="text/plain", icon=":material/push_pin:", on_click="ignore", key="download-head",
                help="The head as a text file, with when and of what it is.",
            )  # fmt: skip
            _whole(catalogue, head)
    with st.expander("Prediction logs: sealed, and a person forgotten", icon=":material/person_off:"):
        st.markdown(
            "`automl serve --log DIR` writes down what was predicted. **Sealing** puts the hashes of these "
            "files on record, so that any later change shows:"
        )
        st.code("automl audit seal DIR\nautoml audit verify --log DIR", language="bash", wrap_lines=True)
        st.markdown(
            "**Forgetting** takes a person's rows out of them. Each is overwritten by a mark of the same "
            "length with the hash of the line that was there; the audit log says how many rows went and what "
            "the files' hashes were and are, and names neither the person nor a value:"
        )
        st.code(
            "automl audit forget DIR --where customer=C-1042 --reason 'Request of 3 May'",
            language="bash", wrap_lines=True,
        )  # fmt: skip
        components.note(
            "These are done in a terminal of the machine that has the files; this page shows their entries."
        )


def _note(catalogue: Catalogue, head: Head) -> str:
    when = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    return (
        f"{head}\n\nHead of the audit log of {catalogue.database.shown}, noted {when}.\n"
        f"To compare: automl audit verify --head {head}\n"
    )


def _whole(catalogue: Catalogue, head: Head) -> None:
    if head.number > _MOST:
        components.note(
            f"It has {head.number:,} entries, too many for a browser: `automl audit export LOG.jsonl`."
        )
        return

    def written() -> bytes:
        with tempfile.TemporaryDirectory(prefix="glassbench-") as folder:
            path = Path(folder) / "audit.jsonl"
            catalogue.audit.export(path)
            return path.read_bytes()

    st.download_button(
        "Whole log", data=written, file_name=f"audit-log-{head.number}.jsonl", mime="application/jsonl",
        icon=":material/download:", on_click="ignore", key="download-log",
        help="JSON lines. `automl audit verify --file` checks it anywhere, without the database.",
    )  # fmt: skip
