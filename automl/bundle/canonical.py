"""The same model as the same bytes: what skops writes, without what depends on the process that wrote it.

skops names objects and arrays by their addresses in memory, writes the elements of a set in the order of the
process's hashes, dates the entries of its zip, and copies the padding between the fields of an array, which
holds whatever was there before.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import numpy as np

from .archive import plain_entry

__all__ = ["SCHEMA", "canonical", "nodes"]

SCHEMA = "schema.json"
"""The part of a skops file that describes the model; the others are its arrays."""
#: Nodes of objects with a life of their own. Whether two of them are one is part of the model; of values and
#: arrays it depends on how often they were pickled on their way here.
_OBJECTS = frozenset(["LossNode", "ObjectNode", "RandomGeneratorNode", "RandomStateNode", "TreeNode"])
#: A tree of neighbours counts what is asked of it: where in its state (scikit-learn's `BinaryTree`).
_SEARCH_TREE = "sklearn.neighbors._kd_tree.KDTree"
_COUNTERS = slice(7, 11)

Node = dict[str, Any]


def canonical(data: bytes) -> bytes:
    """Rewrite a skops file so that it depends on nothing but the model.

    Parameters
    ----------
    data : bytes
        As ``skops.io.dumps`` gives it.

    Returns
    -------
    bytes
        A skops file that loads to the same model: objects and arrays are numbered in the order of their first
        appearance, equal arrays are held once.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        schema = json.loads(archive.read(SCHEMA))
        arrays = {name: archive.read(name) for name in archive.namelist() if name != SCHEMA}
    for node in nodes(schema):
        if node["__loader__"] == "SetNode":
            node["content"].sort(key=_plainly)
    _number_objects(schema)
    stored = _number_arrays(schema, arrays)
    stored[SCHEMA] = json.dumps(schema, separators=(",", ":")).encode("ascii")
    stream = io.BytesIO()
    # Stored, since the zip around it packs, and a reader knows the sizes before it reads.
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, content in stored.items():
            archive.writestr(plain_entry(name, zipfile.ZIP_STORED), content)
    return stream.getvalue()


def nodes(state: Any) -> Iterator[Node]:
    """All nodes, each before those inside of it, in the order of the file."""
    waiting = [state]
    while waiting:
        state = waiting.pop()
        if isinstance(state, dict):
            if "__loader__" in state:
                yield state
            waiting += reversed(state.values())
        elif isinstance(state, list):
            waiting += reversed(state)


def _plainly(state: Any) -> str:
    """A node as text, without its ids."""

    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: bare(child) for key, child in value.items() if key != "__id__"}
        return [bare(child) for child in value] if isinstance(value, list) else value

    return json.dumps(bare(state))


def _number_objects(schema: Node) -> None:
    """Leave ids to those objects alone that stand in several places."""
    counts = Counter(node["__id__"] for node in nodes(schema) if "__id__" in node)
    numbers: dict[int, int] = {}
    for node in nodes(schema):
        if "__id__" not in node:
            continue
        number = node.pop("__id__")
        if counts[number] > 1 and node["__loader__"] in _OBJECTS:
            node["__id__"] = numbers.setdefault(number, len(numbers) + 1)


def _number_arrays(schema: Node, arrays: dict[str, bytes]) -> dict[str, bytes]:
    """Name the arrays by number; returned are their contents by the new names."""
    contents = {name: _without_padding(name, content) for name, content in arrays.items()}
    names: dict[bytes, str] = {}
    stored: dict[str, bytes] = {}
    for node in nodes(schema):
        if f"{node['__module__']}.{node['__class__']}" == _SEARCH_TREE:
            for counter in node["content"]["content"][_COUNTERS]:
                counter["content"] = "0"
        if "file" not in node:
            continue
        content, ending = contents[node["file"]], node["file"].rpartition(".")[2]
        name = names.setdefault(sha256(content).digest(), f"{len(names)}.{ending}")
        stored[name] = content
        node["file"] = name
    return stored


def _without_padding(name: str, content: bytes) -> bytes:
    """An array whose unused bytes are 0."""
    header = content[: content.find(b"\n")]
    if not name.endswith(".npy") or b"|V" not in header:
        return content
    array = np.load(io.BytesIO(content), allow_pickle=False)
    clean = np.zeros(array.shape, array.dtype)  # not zeros_like, which need not clear what no field holds
    for field in array.dtype.names or ():
        clean[field] = array[field]
    stream = io.BytesIO()
    np.save(stream, clean, allow_pickle=False)
    return stream.getvalue()
