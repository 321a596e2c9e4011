"""The model card: assembled once, rendered as Markdown and as one self-contained HTML page."""

from __future__ import annotations

from .contents import build_card
from .html import render_html
from .markdown import render_markdown

__all__ = ["build_card", "render_html", "render_markdown"]
