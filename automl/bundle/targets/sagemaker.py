"""SageMaker: ``model.tar.gz`` is the bundle's own tree, which AWS's toolkit loads by ``code/inference.py``.

The bundle's own container (``serve.py serve``) answers ``/ping`` and ``/invocations`` on 8080 as well.
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

from __future__ import annotations

from importlib.resources import files as resources

from .target import Facts, Step, Target

__all__ = ["TARGET"]

#: What AWS's images bring themselves; another version of these would break the server in the image.
_IN_IMAGES = frozenset({"numpy", "pandas"})


def _files(facts: Facts) -> dict[str, str | bytes]:
    script = resources("automl.bundle.targets.scripts").joinpath("inference.py")
    missing = [line for line in facts.requirements if line.partition("==")[0] not in _IN_IMAGES]
    return {
        "code/inference.py": script.read_bytes(),
        "code/requirements.txt": "".join(f"{line}\n" for line in missing),
    }


TARGET = Target(
    "sagemaker",
    "SageMaker",
    "The zip repacked as model.tar.gz is a SageMaker model, for AWS's images and for its own container.",
    _files,
    (
        Step("The same files as model.tar.gz:", "automl publish {bundle} --to tar:model.tar.gz"),
        Step(
            "What would be done in your account, step by step; nothing is done yet:",
            "automl publish {bundle} --to sagemaker --set bucket=BUCKET --set image=IMAGE_URI",
        ),
        Step(
            "Do it: upload it, and register it as a version that waits for approval:",
            "automl publish {bundle} --to sagemaker --set bucket=BUCKET --set image=IMAGE_URI --yes",
        ),
        Step(
            "Or also approve it and start an endpoint, which costs money until you delete it:",
            "automl publish {bundle} --to sagemaker --set bucket=BUCKET --set image=IMAGE_URI \\\n"
            "    --set role=ROLE_ARN --set deploy=yes --yes",
        ),
    ),
    proven=(
        "Tests run it in AWS's inference toolkit 1.10, alone and inside of AWS's model server 1.1, and ask "
        "its own server through AWS's client: the same predictions within 1e-9. They register, approve and "
        "deploy it with that client in a simulated account (moto), not in a real one."
    ),
)
