"""Say why the model of this bundle predicts what it predicts, in the columns of the table.

    python explain.py new.csv              a sentence for each row
    python explain.py new.csv --row 3      and what each column contributes
    python explain.py new.csv --json

Needs Python 3.11 or newer and the packages of requirements.txt. With those of requirements-explain.txt,
contributions of tree models are exact instead of sampled.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE / "runtime"))

from glassbench_runtime.bundle.commands import explain_command  # type: ignore[import-not-found]  # noqa: E402

if __name__ == "__main__":
    sys.exit(explain_command(HERE))
