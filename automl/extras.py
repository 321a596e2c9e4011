"""Optional parts: what they need, and how to install it."""

from __future__ import annotations

from importlib.util import find_spec

from automl.errors import MissingExtraError

__all__ = ["PACKAGES", "install_hint", "is_installed", "require_extra"]

PACKAGES = {
    "azureml": "azure.ai.ml",
    "catboost": "catboost",
    "dask": "distributed",
    "mlflow": "mlflow",
    "onnx": "onnxruntime",
    "sagemaker": "boto3",
    "sign": "cryptography",
}
"""The package that each extra of `pyproject.toml` brings."""


def is_installed(extra: str) -> bool:
    """Whether the package of an extra is there; it is not imported."""
    try:
        return find_spec(PACKAGES[extra]) is not None
    except ModuleNotFoundError:  # the package that it would be in
        return False


def install_hint(extra: str) -> str:
    """How to install an extra."""
    return f"Install it with: pip install 'glassbench[{extra}]'"


def require_extra(extra: str, what: str) -> None:
    """Raise unless an extra is installed.

    Parameters
    ----------
    extra : str
    what : str
        What needs it, to begin a sentence with.

    Raises
    ------
    MissingExtraError
    """
    if not is_installed(extra):
        raise MissingExtraError(f"{what} needs the package {PACKAGES[extra]}.", fix=install_hint(extra))
