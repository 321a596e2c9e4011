"""Serve the model of this bundle over HTTP: predictions and explanations, in the words of many platforms.

    python serve.py --port 8080            on this machine; http://127.0.0.1:8080/docs says what can be asked
    python serve.py serve                  in a container: on all addresses, as SageMaker starts it

Needs Python 3.11 or newer and the packages of requirements-serve.txt.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE / "runtime"))

from glassbench_runtime.serving.command import serve_command  # type: ignore[import-not-found]  # noqa: E402

if __name__ == "__main__":
    sys.exit(serve_command(HERE))
