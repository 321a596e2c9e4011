"""Sound files with random damage: a table or a DataError, whatever was hit."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from automl.data import Schema, read_table
from automl.errors import DataError

CSV = b"id,name,price,day\n" + b"".join(
    b'%d,"N, %d",%d.5,2024-01-%02d\n' % (i, i, i, i) for i in range(1, 30)
)
FRAME = pd.DataFrame(
    {"a": range(30), "b": [f"t{i}" for i in range(30)], "d": pd.date_range("2024", periods=30)}
)
INSERTS = [b'"', b",", b"\n", b"\r", b"\0", b"\t", b";", b"'", b"\xff", b"\xef\xbb\xbf"]


def excel() -> bytes:
    buffer = io.BytesIO()
    FRAME.to_excel(buffer, index=False)
    return buffer.getvalue()


def parquet() -> bytes:
    buffer = io.BytesIO()
    FRAME.to_parquet(buffer)
    return buffer.getvalue()


def damaged(content: bytes, chance: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        at, dice = chance.randrange(len(data)), chance.random()
        if dice < 0.4:
            data[at] = chance.randrange(256)
        elif dice < 0.6:
            del data[at : at + chance.randint(1, 20)]
        elif dice < 0.9:
            data[at:at] = chance.choice(INSERTS)
        else:
            data = data[: at + 1]
    return bytes(data)


def damaged_inside(content: bytes, chance: random.Random) -> bytes:
    """Damage one part of a workbook so that the archive around it stays sound."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        victim = chance.choice(old.namelist())
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, damaged(part, chance) if name == victim else part)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("kind", "rounds"),
    [("csv", 80), ("utf-16", 50), ("gzip", 50), ("parquet", 50), ("excel", 30), ("inside", 40)],
)
def test_damage_ends_in_a_table_or_a_data_error(kind: str, rounds: int, tmp_path: Path) -> None:
    sound = {
        "csv": lambda: CSV,
        "utf-16": lambda: CSV.decode().encode("utf-16"),
        "gzip": lambda: gzip.compress(CSV),
        "parquet": parquet,
        "excel": excel,
        "inside": excel,
    }[kind]()
    chance = random.Random(0)
    path = tmp_path / "table"
    outcomes = {"table": 0, "refused": 0}
    for _ in range(rounds):
        path.write_bytes(damaged_inside(sound, chance) if kind == "inside" else damaged(sound, chance))
        try:
            table = read_table(path)
        except DataError:
            outcomes["refused"] += 1
            continue
        outcomes["table"] += 1
        if len(table.frame):
            assert len(Schema.infer(table).coerce(table).frame) == len(table.frame)
    assert outcomes["refused"], "the damage is too mild to test anything"
