"""Load the bundle that this file is part of, inside of somebody else's server.

    import glassbench_bundle
    model = glassbench_bundle.load("folder of the unpacked zip")
    model.predict(frame)

Needs Python 3.11 or newer and the packages of requirements.txt. MLflow calls ``_load_pyfunc``.
"""

import hashlib
import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

_PACKAGE = "glassbench_runtime"


def load(folder: str | Path) -> Any:
    """Check and load an unpacked bundle.

    Its own runtime is imported under a name of its own, so that bundles of several versions can be loaded in
    one process.
    """
    root = Path(folder).resolve()
    name = f"{_PACKAGE}_{hashlib.sha256(str(root).encode()).hexdigest()[:12]}"
    if name not in sys.modules:
        place = root / "runtime" / _PACKAGE
        spec = importlib.util.spec_from_file_location(
            name, place / "__init__.py", submodule_search_locations=[str(place)]
        )
        if spec is None or spec.loader is None or not place.is_dir():
            raise FileNotFoundError(f"{root} is no unpacked Glassbench bundle: it has no runtime folder.")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return importlib.import_module(f"{name}.serving.embedded").load(root)


def _load_pyfunc(path: str) -> Any:
    """Load the model for MLflow, which gives the folder of the bundle."""
    return load(path)
