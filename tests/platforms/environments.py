"""Make environments of platforms' own software, in which the tests marked `platform` run bundles.

    python tests/platforms/environments.py                      # all of them, minutes and gigabytes
    python tests/platforms/environments.py mlflow azureml       # some
    python tests/platforms/environments.py --folder DIR mlflow  # elsewhere

The folder is that of $GLASSBENCH_PLATFORMS, by default ~/.cache/glassbench/platforms. Each file in
`environments/` is one environment: a requirements file, to which the packages that a bundle needs are added,
in the versions that are installed here. A line `# without: pandas numpy` leaves some of them to the platform,
`# with: glassbench` adds all that Glassbench itself needs, and `# certified by: NAME` names programs of
`probes/` that `certify.py` runs there.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tomllib
import venv
from importlib import metadata
from pathlib import Path

DEFINITIONS = Path(__file__).parent / "environments"
_PROJECT = Path(__file__).parents[2] / "pyproject.toml"
#: What a bundle needs to predict.
PACKAGES = ("numpy", "pandas", "scipy", "scikit-learn", "joblib", "skops", "lightgbm")
_DONE = "made-of.txt"


def folder() -> Path:
    """Where environments are, unless told otherwise."""
    return Path(os.environ.get("GLASSBENCH_PLATFORMS") or Path.home() / ".cache" / "glassbench" / "platforms")


def names() -> list[str]:
    """All environments that can be made."""
    return sorted(path.stem for path in DEFINITIONS.glob("*.txt"))


def python_of(name: str, place: Path | None = None) -> Path | None:
    """The interpreter of an environment; None where it was not made, or of other packages."""
    root = (place or folder()) / name
    done = root / _DONE
    python = root / "bin" / "python"
    if not (python.exists() and done.is_file() and done.read_text() == requirements(name)):
        return None
    return python


def requirements(name: str) -> str:
    """What is installed in an environment."""
    text = (DEFINITIONS / f"{name}.txt").read_text(encoding="utf-8")
    without = {word for line in re.findall(r"^# without:(.*)$", text, re.MULTILINE) for word in line.split()}
    pins = [f"{package}=={metadata.version(package)}" for package in PACKAGES if package not in without]
    if re.search(r"^# with: glassbench$", text, re.MULTILINE):
        pins += tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]["dependencies"]
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return "".join(f"{line}\n" for line in (*lines, *pins))


def probes_of(name: str) -> list[str]:
    """The programs of `probes` that a certificate runs in an environment."""
    text = (DEFINITIONS / f"{name}.txt").read_text(encoding="utf-8")
    return [
        word for line in re.findall(r"^# certified by:(.*)$", text, re.MULTILINE) for word in line.split()
    ]


def make(name: str, place: Path) -> None:
    """Make an environment, unless it is there and of the same packages."""
    if python_of(name, place) is not None:
        print(f"{name}: is there")  # noqa: T201
        return
    root = place / name
    print(f"{name}: being made in {root}", flush=True)  # noqa: T201
    venv.create(root, with_pip=True, clear=True)
    wanted = requirements(name)
    listed = root / "requirements.txt"
    listed.write_text(wanted, encoding="utf-8")
    install = [str(root / "bin" / "python"), "-m", "pip", "install", "--quiet", "-r", str(listed)]
    subprocess.run(install, check=True)
    (root / _DONE).write_text(wanted, encoding="utf-8")


def main() -> int:
    """Make what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names())}; default all")
    parser.add_argument("--folder", type=Path, default=folder(), help="where to")
    options = parser.parse_args()
    unknown = sorted(set(options.names) - set(names()))
    if unknown:
        parser.error(f"there is no environment {unknown[0]}; there are {', '.join(names())}")
    failed = []
    for name in options.names or names():
        try:
            make(name, options.folder.absolute())
        except subprocess.CalledProcessError as error:
            failed.append(name)
            print(f"{name}: pip ended with {error.returncode}", flush=True)  # noqa: T201
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
