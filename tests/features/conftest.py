"""Tables as a file, as the gate sees them, and as pandas reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from automl.data import Schema, read_table
from automl.features import build_preprocessor, common_in


@dataclass(frozen=True)
class Table:
    """One CSV file in both forms."""

    schema: Schema
    canonical: pd.DataFrame
    raw: pd.DataFrame

    def preprocessor(self, columns: list[str] | None = None) -> Any:
        """Return an unfitted preprocessor for these columns (default: all)."""
        rows = len(self.canonical)
        common = common_in(self.canonical, self.schema, np.arange(rows))
        return build_preprocessor(
            self.schema, columns or list(self.schema.names), n_rows=rows, seed=0, common=common
        )


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Table]:
    """Return a function that makes a Table of CSV text; `schema` to read more rows of a known one."""

    def make(
        text: str, *, separator: str = ",", kinds: dict[str, str] | None = None, schema: Schema | None = None
    ) -> Table:
        path = tmp_path / "table.csv"
        path.write_text(text, encoding="utf-8")
        table = read_table(path)
        schema = schema or Schema.infer(table, kinds=kinds)
        return Table(schema, schema.coerce(table).frame, pd.read_csv(path, sep=separator))

    return make
