"""A file of alerts: JSON lines, each appended in one write."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path

from automl.errors import SettingError
from automl.monitoring.alerting.sinks.base import DeliveryError, Named, Payload

__all__ = ["FileSink"]


@dataclass(frozen=True)
class FileSink(Named):
    """Appends to a file.

    Attributes
    ----------
    path : Path
        Made where it is missing, readable by its owner only.
    """

    path: Path
    seconds: float = 10.0

    def ready(self) -> None:
        """See to it that its folder is there."""
        if not self.path.parent.is_dir():
            raise SettingError(
                f"There is no folder {self.path.parent} for the alerts of the sink {self.name!r}.",
                fix="Make it, or give another path.",
            )

    def send(self, payload: Payload) -> None:
        """Append one line, and bring it to the disk."""
        line = json.dumps(payload, ensure_ascii=False, allow_nan=False) + "\n"
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)  # two watches may write to one file
                begin = os.lseek(handle, 0, os.SEEK_END)
                if begin and os.pread(handle, 1, begin - 1) != b"\n":  # cut off by a full disk, or a crash
                    line = f"\n{line}"
                left = memoryview(line.encode())
                while left:
                    left = left[os.write(handle, left) :]
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise DeliveryError(f"{self.path} could not be written: {error.strerror or error}.") from error
