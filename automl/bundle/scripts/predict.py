"""Score a CSV file with the model of this bundle.

    python predict.py new.csv -o predictions.csv

Needs Python 3.11 or newer and the packages of requirements.txt, nothing else.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE / "runtime"))

from glassbench_runtime.bundle.commands import predict_command  # type: ignore[import-not-found]  # noqa: E402

if __name__ == "__main__":
    sys.exit(predict_command(HERE))
