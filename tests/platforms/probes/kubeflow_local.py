"""Compile a bundle's pipeline with kfp, and run it with kfp's runner of subprocesses.

    python kubeflow_local.py PIPELINE.py FOLDER ARGUMENTS.json

Compiles to FOLDER/pipeline.yaml. Its last line of output is a JSON document: what each step returned.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import warnings
from pathlib import Path

from kfp import compiler, local

if __name__ == "__main__":
    source, folder, arguments = map(Path, sys.argv[1:4])
    # It says that an image without "python" in its name may not be one.
    warnings.simplefilter("error", RuntimeWarning)
    spec = importlib.util.spec_from_file_location("shipped_pipeline", source)
    assert spec is not None
    assert spec.loader is not None
    shipped = importlib.util.module_from_spec(spec)
    sys.modules["shipped_pipeline"] = shipped
    spec.loader.exec_module(shipped)
    compiler.Compiler().compile(shipped.pipeline, str(folder / "pipeline.yaml"))
    local.init(local.SubprocessRunner(use_venv=False), pipeline_root=str(folder / "root"))
    task = shipped.pipeline(**json.loads(arguments.read_text(encoding="utf-8")))
    print("\n" + json.dumps({"state": str(task.state)}))  # noqa: T201
