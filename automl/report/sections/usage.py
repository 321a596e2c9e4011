"""How to use the bundle."""

from __future__ import annotations

from collections.abc import Iterator

from explain.report import Block, Code, Paragraph

from ..subject import Subject
from . import section

__all__ = ["usage"]


@section("How to score", order=90)
def usage(subject: Subject) -> Iterator[Block]:
    """The commands."""
    if not subject.sample_rows:
        yield Paragraph("First write the model as a bundle, which needs no Glassbench to predict:")
        yield Code(f"automl export {subject.facts.run_id} bundle.zip --model {subject.facts.exported}")
    yield Paragraph("Python 3.11 or newer. In the unpacked folder:")
    yield Code(
        "python -m venv venv\n"
        "venv/bin/pip install -r requirements.txt\n"
        "venv/bin/python verify.py\n"
        "venv/bin/python predict.py new.csv -o predictions.csv\n"
        "venv/bin/python explain.py new.csv --row 0"
    )
    yield Paragraph("Where Glassbench is installed, without unpacking:")
    yield Code(
        "import automl\n\n"
        'bundle = automl.load_bundle("bundle.zip")\n'
        'bundle.predictions("new.csv")\n'
        'bundle.explain("new.csv")'
    )
