"""AWS's inference toolkit, with the request objects of its model server, over an unpacked model.tar.gz."""

from __future__ import annotations

import json
import os
import sys
import tarfile
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Any

from asked import Routes, Rows, columns, probe


def ask(bundle: Path, rows: Rows, table: Path) -> tuple[str, Routes]:
    """Let the toolkit call inference.py of the archive beside the bundle's folder."""
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(bundle.parent / "model.tar.gz") as archive:
            archive.extractall(folder, filter="data")
        # As the toolkit finds a program: by these names, with its folder on Python's path.
        os.environ["SAGEMAKER_PROGRAM"] = "inference.py"
        os.environ["SAGEMAKER_BASE_DIR"] = folder
        sys.path.insert(0, str(Path(folder) / "code"))
        return metadata.version("sagemaker-inference"), _answers(folder, rows, table)


def _answers(folder: str, rows: Rows, table: Path) -> Routes:
    from sagemaker_inference.transformer import Transformer

    transformer = Transformer()

    def send(body: bytes, kind: str, accept: str) -> str:
        context = _context(folder, kind, accept)
        (answer,) = transformer.transform([{"body": body}], context)
        code, phrase = context.get_response_status(0)
        if code != 200:
            raise SystemExit(f"{code} {phrase}: {answer}")
        return answer if isinstance(answer, str) else bytes(answer).decode("utf-8")

    text = table.read_bytes()
    told = {
        "CSV": columns(json.loads(send(text, "text/csv", "application/json"))["predictions"]),
        "CSV without names": columns(
            json.loads(send(text.partition(b"\n")[2], "text/csv", "application/json"))["predictions"]
        ),
        "JSON": columns(
            json.loads(send(json.dumps({"instances": rows}).encode(), "application/json", "*/*"))[
                "predictions"
            ]
        ),
        "JSON lines": columns(
            [
                json.loads(line)
                for line in send(
                    "\n".join(json.dumps(row) for row in rows).encode(),
                    "application/jsonlines",
                    "application/jsonlines",
                ).splitlines()
            ]
        ),
    }
    context = _context(folder, "application/json", "application/json")
    (answer,) = transformer.transform([{"body": b'[{"nothing": 1}]'}], context)
    if context.get_response_status(0)[0] != 422:
        raise SystemExit(f"a row without columns: {context.get_response_status(0)}, {answer}")
    return told


def _context(folder: str, kind: str, accept: str) -> Any:
    from mms.context import Context, RequestProcessor

    context = Context("model", folder, {}, 1, None, "1.1.11")
    context.request_processor = [RequestProcessor({"Content-Type": kind, "Accept": accept})]
    return context


if __name__ == "__main__":
    probe("SageMaker inference toolkit", ask)
