from __future__ import annotations

import gc
import subprocess
import sys


def test_it_is_done_when_a_page_has_brought_modules_and_not_at_every_visit() -> None:
    # In a process of its own: what is frozen stays so.
    code = """
import gc
from automl.workbench.freezing import freeze_imports
print(freeze_imports(), gc.get_freeze_count() > 1000, freeze_imports())
import xmlrpc.client
print(freeze_imports(), freeze_imports())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "False", "True", "False"]
    assert gc.isenabled()
