"""Docker: an image of the bundle's own server, slim, without root, on a read-only file system."""

from __future__ import annotations

from collections.abc import Mapping

from .target import Facts, Step, Target

__all__ = ["TARGET", "USER", "probe"]

#: Of the process in the container, as a number: Kubernetes must see that it is not 0.
USER = 10001

_DOCKERFILE = """\
# {title}: the server of this bundle as an image.
#
#   docker build -t {name}:{version} .
#   docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \\
#       -p {port}:{port} {name}:{version}
#
# The build fails where the bundle does not reproduce its predictions. Predictions are logged in the volume
# /logs; add `serve --no-log` behind the image's name to keep none.

FROM python:{python}-slim AS packages
COPY requirements.txt requirements-serve.txt requirements-explain.txt /tmp/
# `--build-arg EXPLAIN=exact` brings numba: contributions of trees are exact then instead of sampled.
ARG EXPLAIN=""
RUN python -m venv --without-pip /opt/venv \\
    && pip --python /opt/venv/bin/python install --no-cache-dir -r /tmp/requirements-serve.txt \\
        ${{EXPLAIN:+-r /tmp/requirements-explain.txt}} \\
    && find /opt/venv -depth -type d -name tests -exec rm -rf {{}} +

FROM python:{python}-slim
{openmp}RUN useradd --no-log-init --uid {user} --no-create-home --shell /usr/sbin/nologin model \\
    && install -d -o model -g model -m 0700 /logs
COPY --from=packages /opt/venv /opt/venv
COPY . /opt/bundle
RUN /opt/venv/bin/python -m compileall -q /opt/bundle/runtime \\
    && /opt/venv/bin/python /opt/bundle/verify.py
ENV PATH=/opt/venv/bin:$PATH \\
    PYTHONDONTWRITEBYTECODE=1 \\
    PYTHONUNBUFFERED=1 \\
    NUMBA_CACHE_DIR=/tmp/numba
USER {user}:{user}
WORKDIR /logs
VOLUME ["/logs"]
EXPOSE {port}
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \\
    CMD ["/opt/venv/bin/python", "-c", "{probe}"]
ENTRYPOINT ["/opt/venv/bin/python", "/opt/bundle/serve.py"]
CMD ["serve", "--port", "{port}"]
"""

_OPENMP = """\
# LightGBM uses the system's OpenMP. Its version is the distribution's: an older one is not kept there.
# hadolint ignore=DL3008
RUN apt-get update \\
    && apt-get install -y --no-install-recommends libgomp1 \\
    && rm -rf /var/lib/apt/lists/*
"""

_IGNORED = """\
# What may lie beside an unpacked bundle and is no part of it.
.git
env
venv
.venv
*-log
**/__pycache__
"""


def probe(port: int) -> str:
    """A program of one line that fails unless the server is ready; the image has no curl."""
    return (
        "import http.client as h; "
        f"c = h.HTTPConnection('127.0.0.1', {port}, timeout=4); "
        "c.request('GET', '/health/ready'); "
        "raise SystemExit(c.getresponse().status != 200)"
    )


def _files(facts: Facts) -> Mapping[str, str]:
    needs_openmp = any(line.lower().startswith("lightgbm") for line in facts.requirements)
    dockerfile = _DOCKERFILE.format(
        title=" ".join(facts.title.split()),
        name=facts.name,
        version=facts.version,
        python=facts.python_minor,
        port=facts.port,
        user=USER,
        openmp=_OPENMP if needs_openmp else "",
        probe=probe(facts.port),
    )
    return {"Dockerfile": dockerfile, ".dockerignore": _IGNORED}


TARGET = Target(
    name="docker",
    title="Docker",
    about="The unpacked bundle is a build context: its image serves on port 8080, without root, read-only.",
    files=_files,
    steps=(
        Step(
            "Build the image, which checks the bundle once more:",
            "unzip {bundle} -d {name} && docker build -t {name} {name}",
        ),
        Step(
            "Run it:",
            "docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges "
            "-p 8080:8080 {name}",
        ),
    ),
)
