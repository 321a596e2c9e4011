"""The workbench: `streamlit run app.py` (or `python app.py`).

The pages and their navigation live in `automl/workbench/`; this file only says how they are served.
"""

import streamlit as st

from automl.workbench.server import MIDDLEWARE, ROUTES, SCRIPT, on_script_error

app = st.App(SCRIPT, routes=ROUTES, middleware=MIDDLEWARE, on_script_error=on_script_error)

if __name__ == "__main__":
    app.run()
