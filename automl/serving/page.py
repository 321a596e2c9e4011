"""The page at ``/docs``: one file that loads nothing from elsewhere and knows nothing of the model.

What it shows it asks this server for, with the token that the reader gives; so the page itself needs none.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from .http import Request, Response

if TYPE_CHECKING:
    from .service import Service

__all__ = ["page"]


def page(service: Service, request: Request) -> Response:
    """The page."""
    html, policy = _page()
    headers = (
        ("content-security-policy", policy),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
    )
    return Response(html, 200, "text/html; charset=utf-8", headers)


@cache
def _page() -> tuple[bytes, str]:
    """The page, and the policy that lets its own style and script run and nothing else."""
    assert __package__ is not None
    html = files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; connect-src 'self'; style-src {_hash(html, 'style')}; "
        f"script-src {_hash(html, 'script')}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "img-src data:"
    )
    return html.encode("utf-8"), policy


def _hash(html: str, tag: str) -> str:
    inside = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
    digest = hashlib.sha256("".join(inside).encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
