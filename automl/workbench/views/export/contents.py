"""What is in a bundle, file by file."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from automl.workbench import components
from automl.workbench import format as fmt

__all__ = ["listing"]

# What each file of a bundle is for, in the order in which a person meets them.
_CONTENTS: Mapping[str, str] = {
    "README.md": "Start here: how to use the bundle",
    "model_card.html": "The model card, to read in a browser",
    "MODEL_CARD.md": "The model card, as Markdown",
    "report.html": "The report: scores, explanations, single predictions, limits, with figures",
    "predict.py": "Scores a CSV from the command line",
    "explain.py": "Says why a row is predicted as it is, in the columns of the table",
    "serve.py": "Answers over HTTP, in its own words and in those of five platforms",
    "verify.py": "Re-scores the sample and checks explanations: proof that it works where you are",
    "model/": "The model, in formats that cannot run code when they are loaded",
    "schema.json": "The columns that it expects, and how they are read",
    "task.json": "What it predicts",
    "metrics.json": "Its scores, with intervals",
    "conformal.json": "How far off a prediction may be, measured on rows not learned from",
    "explanation.json": "What it looks at, over all rows",
    "certificate.json": "How explanations fared against brute force",
    "sample_input.csv": "A few rows to try it with",
    "sample_predictions.csv": "What it must answer to them",
    "background.csv": "Typical rows that explanations compare with",
    "constraints.json": "What rows must be like, as a person has reviewed it",
    "reference.json": "Counts of the rows it was learned from, to tell when new rows are other ones",
    "estimator.json": "What its scores on new rows are estimated from, before their truth is known",
    "requirements.txt": "The packages that it needs, with exact versions",
    "requirements-explain.txt": "One package more, for exact explanations of tree models",
    "requirements-serve.txt": "What the server needs beside them",
    "parity.json": "Which platforms' own software was seen to predict the same",
    "MLmodel": "MLflow: what the unpacked zip is as a model of its",
    "conda.yaml": "MLflow: the packages, for conda",
    "python_env.yaml": "MLflow: the packages, for a virtual environment",
    "input_example.json": "A made-up typical row",
    "serving_input_example.json": "The same row as MLflow's server is asked",
    "code/": "What the servers of MLflow, SageMaker and Azure ML call",
    "deploy/": "Files for other platforms, yours to edit",
    "runtime/": "The code that reads, checks and explains rows, the same as here",
    "bundle.json": "SHA-256 of every file, versions, and the way from the table to the model",
    "FORMAT.md": "What the files mean, for programs and people",
    "signature.json": "Who vouches for all of this",
    "sbom.cdx.json": "The packages that it needs, all the way down, as a CycloneDX bill of materials",
    "licenses.md": "The licences of these packages",
    "LICENSE": "Licence of the code in the bundle",
}


def listing(path: Path) -> str:
    """HTML: each file or folder of the zip, what it is for, and its size."""
    with zipfile.ZipFile(path) as bundle:
        sizes: dict[str, int] = {}
        for entry in bundle.infolist():
            if entry.is_dir():
                continue
            top, _, rest = entry.filename.partition("/")
            name = f"{top}/" if rest else top
            sizes[name] = sizes.get(name, 0) + entry.file_size
    order = [name for name in _CONTENTS if name in sizes] + sorted(
        name for name in sizes if name not in _CONTENTS
    )
    rows = "".join(
        f"<tr><td>{components.text(name)}</td><td>{components.text(_CONTENTS.get(name, ''))}</td>"
        f"<td>{fmt.size(sizes[name])}</td></tr>"
        for name in order
    )
    return (
        '<div class="gb-scroll" tabindex="0" role="region" aria-label="Files of the bundle">'
        f'<table class="gb gb-files"><tbody>{rows}</tbody></table></div>'
    )
