"""Everything Glassbench raises on purpose.

    GlassbenchError
    ├── DataError(ValueError)        a file or table that cannot be read
    ├── SchemaError(ValueError)      rows that do not fit the schema
    ├── TargetError(ValueError)      a column that cannot be predicted as asked
    ├── SettingError(ValueError)     an argument or setting that makes no sense
    ├── RunError(RuntimeError)       a run folder that is missing, damaged, busy or not far enough
    ├── CatalogueError(RuntimeError) a catalogue that cannot be reached, or has nothing of what was asked for
    ├── BundleError(RuntimeError)    a bundle that must not be written or trusted
    │   ├── TamperedError            one that is not as it was written
    │   └── SignatureError           one whose signature is missing, wrong, or somebody else's
    ├── TrackingError(RuntimeError)  a tracking server that cannot be reached, or refuses what it was sent
    └── MissingExtraError(ImportError)  an optional dependency that is not installed

Each message says what was expected, what was found (with row and column where there is one) and what to do
about it.
"""

from __future__ import annotations

__all__ = [
    "BundleError",
    "CatalogueError",
    "DataError",
    "GlassbenchError",
    "MissingExtraError",
    "RunError",
    "SchemaError",
    "SettingError",
    "SignatureError",
    "TamperedError",
    "TargetError",
    "TrackingError",
]


class GlassbenchError(Exception):
    """Base of every deliberate error.

    Parameters
    ----------
    message : str
        What was expected and what was found, one or two plain sentences.
    fix : str
        What the person can do about it; empty when there is nothing to do.
    column : str, optional
        The column concerned.
    line : int, optional
        Line of the file concerned, counted from 1 (the header is line 1).
    """

    def __init__(
        self, message: str, *, fix: str = "", column: str | None = None, line: int | None = None
    ) -> None:
        self.message = message
        self.fix = fix
        self.column = column
        self.line = line
        super().__init__(f"{message} {fix}".strip())


class DataError(GlassbenchError, ValueError):
    """A file or table that cannot be read as one."""


class SchemaError(GlassbenchError, ValueError):
    """Rows that do not fit the schema."""


class TargetError(GlassbenchError, ValueError):
    """A column that cannot be predicted as asked."""


class SettingError(GlassbenchError, ValueError):
    """An argument or a setting that makes no sense."""


class RunError(GlassbenchError, RuntimeError):
    """A run folder that is missing, damaged, busy or not far enough for what was asked."""


class CatalogueError(GlassbenchError, RuntimeError):
    """A catalogue that cannot be reached, is of another version, or has nothing of what was asked for."""


class BundleError(GlassbenchError, RuntimeError):
    """A bundle that must not be written or must not be trusted."""


class TamperedError(BundleError):
    """A bundle that is not as it was written."""


class SignatureError(BundleError):
    """A bundle whose signature is missing, wrong, or by another key than was named."""


class MissingExtraError(GlassbenchError, ImportError):
    """An optional dependency that is not installed."""


class PublishError(GlassbenchError, RuntimeError):
    """A step of publishing that a platform refused."""


class TrackingError(GlassbenchError, RuntimeError):
    """A tracking server that could not be reached for long, or refuses what it was sent."""
