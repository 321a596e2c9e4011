"""SageMaker's toolkit calls these four functions, one after the other, for each request.

Requests are what ``/invocations`` of serve.py takes: CSV with or without a line of names, JSON, JSON lines.
https://docs.aws.amazon.com/sagemaker/latest/dg/adapt-inference-container.html
"""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import glassbench_bundle  # type: ignore[import-not-found]


def model_fn(model_dir: str, context: Any = None) -> Any:
    """Load the model from the unpacked model.tar.gz."""
    return glassbench_bundle.load(model_dir)


def input_fn(data: bytes | str, content_type: str, context: Any = None) -> tuple[bytes | str, str]:
    """Keep the body and its type: what is in it only the model can tell."""
    return data, content_type


def predict_fn(data: tuple[bytes | str, str], model: Any, context: Any = None) -> Any:
    """Predict the rows of a request."""
    try:
        return model.invoke(*data)
    except ValueError as error:
        raise _refusal(error) from None


def output_fn(prediction: Any, accept: str, context: Any = None) -> tuple[str, str]:
    """Write the predictions as the client wants them."""
    body, kind = prediction.written(accept)
    return body, kind


def _refusal(error: Any) -> Any:
    """An error that tells the toolkit whose fault it is; the error itself where there is no toolkit."""
    status = getattr(error, "status", None)
    try:
        from sagemaker_inference.errors import BaseInferenceToolkitError  # type: ignore[import-not-found]
    except ImportError:
        return error
    return error if status is None else BaseInferenceToolkitError(status, error.sentence(), error.code)
