"""The bundle: one zip that predicts, explains and checks itself where Glassbench is not installed."""

from __future__ import annotations

from automl.report import BundleFacts, Evidence, Subject

from .reader import Bundle, load_bundle, read_bundle
from .writer import write_bundle

__all__ = ["Bundle", "BundleFacts", "Evidence", "Subject", "load_bundle", "read_bundle", "write_bundle"]
