"""Check this bundle: every file as exported, the predictions of its sample reproduced, explanations right.

    python verify.py
    python verify.py --key maker.pem       and signed by whom you trust; needs the package cryptography

Needs Python 3.11 or newer and the packages of requirements.txt.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE / "runtime"))

from glassbench_runtime.bundle.commands import verify_command  # type: ignore[import-not-found]  # noqa: E402

if __name__ == "__main__":
    sys.exit(verify_command(HERE))
