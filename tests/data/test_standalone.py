"""The modules travel in bundles: they work without the rest of the package and its optional readers."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import automl
import automl.data

SCRIPT = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("pyarrow", "openpyxl", "automl", "sklearn", "hypothesis"):
            raise ImportError(name)

sys.meta_path.insert(0, Blocked())
sys.path.insert(0, sys.argv[1])
from runtime.data import Schema, read_table
from runtime.errors import DataError, MissingExtraError

table = read_table(sys.argv[1] + "/t.csv")
schema = Schema.from_json(Schema.infer(table).to_json())
dataset = schema.coerce(table)
print([str(dtype) for dtype in dataset.frame.dtypes], dataset.frame["zip"].tolist())
try:
    read_table(sys.argv[1] + "/t.xlsx")
except MissingExtraError as error:
    print("needs", "openpyxl" in str(error))
try:
    read_table(sys.argv[1] + "/none.csv")
except DataError as error:
    print("no file")
"""


def test_copied_modules_work_alone(tmp_path: Path) -> None:
    package = Path(automl.data.__file__).parent
    (tmp_path / "runtime" / "data").mkdir(parents=True)
    (tmp_path / "runtime" / "__init__.py").touch()
    shutil.copy(package.parent / "errors.py", tmp_path / "runtime")
    for module in package.glob("*.py"):
        shutil.copy(module, tmp_path / "runtime" / "data")
    (tmp_path / "t.csv").write_text('zip,price,day\n00123,"1,5 €",2024-01-31\n02134,"2,5 €",2024-02-01\n')
    automl.data.read_table(tmp_path / "t.csv").frame.to_excel(tmp_path / "t.xlsx")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "['str', 'float64', 'datetime64[us]'] ['00123', '02134']", "needs True", "no file"
    ]  # fmt: skip


def test_all_names_exist() -> None:
    assert automl.data.__all__ == sorted(automl.data.__all__, key=lambda name: (name.islower(), name))
    for name in automl.data.__all__:
        assert getattr(automl.data, name).__doc__
    public = {name for name in vars(automl.data) if not name.startswith("_")}
    modules = {path.stem for path in Path(automl.data.__file__).parent.iterdir()}
    assert public - modules - {"annotations", "TYPE_CHECKING", "Any"} <= set(automl.data.__all__)
