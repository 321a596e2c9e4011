"""A plan on paper: JSON for what people can read, arrays in one npz file beside it."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import numpy as np

from ..errors import BundleError

__all__ = ["pack", "unpack"]

_EPOCH = (1980, 1, 1, 0, 0, 0)


def pack(document: Any) -> tuple[bytes, bytes]:
    """Write a document of JSON values and arrays; the same document gives the same bytes.

    Returns
    -------
    (json, npz) : bytes
        Neither holds pickled objects.
    """
    arrays: list[np.ndarray[Any, Any]] = []

    def plain(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            arrays.append(np.ascontiguousarray(value))
            return {"array": f"a{len(arrays) - 1}"}
        if isinstance(value, np.generic):
            return value.item()
        if isinstance(value, dict):
            return {str(key): plain(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(item) for item in value]
        return value

    text = json.dumps(plain(document), ensure_ascii=False, separators=(",", ":"))
    stream = io.BytesIO()
    # Stored, since the zip around it packs.
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for number, array in enumerate(arrays):
            content = io.BytesIO()
            np.lib.format.write_array(content, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"a{number}.npy", _EPOCH), content.getvalue())
    return (text + "\n").encode("utf-8"), stream.getvalue()


def unpack(text: bytes, arrays: bytes) -> Any:
    """Read what `pack` wrote.

    Raises
    ------
    BundleError
        When it is damaged.
    """

    def whole(value: Any) -> Any:
        if isinstance(value, dict):
            if set(value) == {"array"}:
                return found[value["array"]]
            return {key: whole(item) for key, item in value.items()}
        return [whole(item) for item in value] if isinstance(value, list) else value

    try:
        with zipfile.ZipFile(io.BytesIO(arrays)) as archive:
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist()):
                raise ValueError("arrays are packed, which may unpack to more than there is memory")
        with np.load(io.BytesIO(arrays), allow_pickle=False) as stored:
            found = {name: stored[name] for name in stored.files}
        return whole(json.loads(text))
    except (
        EOFError, KeyError, MemoryError, OSError, ValueError, RecursionError, zipfile.BadZipFile
    ) as error:  # fmt: skip
        raise BundleError(
            f"The plan of the bundle is damaged ({type(error).__name__}: {error}).",
            fix="Export the model again.",
        ) from error
