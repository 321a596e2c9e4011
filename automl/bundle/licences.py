"""Under which licence an installed package stands, as its metadata say, or else its licence's own text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

__all__ = ["Licence", "licence_of"]

#: What makers write, without punctuation and in small letters → its identifier at spdx.org.
_IDENTIFIERS = {
    "apache": "Apache-2.0",
    "apache 2": "Apache-2.0",
    "apache 2 0": "Apache-2.0",
    "apache license 2 0": "Apache-2.0",
    "apache license version 2 0": "Apache-2.0",
    "apache software license 2 0": "Apache-2.0",
    "bsd 2 clause": "BSD-2-Clause",
    "bsd 3 clause": "BSD-3-Clause",
    "bsd 3 clause license": "BSD-3-Clause",
    "isc": "ISC",
    "mit": "MIT",
    "mit license": "MIT",
    "mpl 2 0": "MPL-2.0",
    "mozilla public license 2 0 mpl 2 0": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
    "psf 2 0": "PSF-2.0",
    "the unlicense unlicense": "Unlicense",
}
#: Sentences that a licence is known by, in their order; the first whose sentences are all there.
_TEXTS = (
    ("Apache-2.0", ("Apache License", "Version 2.0")),
    ("BSD-3-Clause", ("Redistribution and use in source and binary forms", "Neither the name")),
    ("BSD-3-Clause", ("Redistribution and use in source and binary forms", "may not be used to endorse")),
    ("BSD-2-Clause", ("Redistribution and use in source and binary forms",)),
    ("MIT", ("Permission is hereby granted, free of charge", "without restriction")),
)
_LOOKED_AT = 4000  # characters: other people's licences come after a package's own
_LONGEST_NAME = 80
_FILE = re.compile(r"(^|/)(licen[cs]e|copying)(\.(md|rst|txt))?$", re.IGNORECASE)
_CLASSIFIER = "License ::"


@dataclass(frozen=True)
class Licence:
    """The licence of a package.

    Attributes
    ----------
    kind : {"expression", "id", "name", "unknown"}
        An SPDX expression, an SPDX identifier, or what its maker calls it.
    text : str
    source : {"declared", "text", ""}
        Whether the metadata say so, or the text of the licence.
    """

    kind: Literal["expression", "id", "name", "unknown"]
    text: str
    source: Literal["declared", "text", ""] = "declared"


def licence_of(package: metadata.Distribution) -> Licence:
    """The licence of an installed package."""
    expression = _field(package, "License-Expression")
    if expression:
        return Licence("expression", expression)
    declared = _field(package, "License")
    classifiers = [
        each.rpartition(" :: ")[2]
        for each in package.metadata.get_all("Classifier") or ()
        if each.startswith(_CLASSIFIER) and " :: " in each.removeprefix(f"{_CLASSIFIER} ")
    ]
    for name in (declared, *(classifiers if len(classifiers) == 1 else ())):
        if identifier := _IDENTIFIERS.get(_plain(name)):
            return Licence("id", identifier)
    for text in (declared, *_texts(package)):
        if identifier := _known(text):
            return Licence("id", identifier, "text")
    names = [name for name in (declared, *classifiers) if 0 < len(name) <= _LONGEST_NAME and "\n" not in name]
    return Licence("name", names[0]) if names else Licence("unknown", "", "")


def _field(package: metadata.Distribution, name: str) -> str:
    return package.metadata[name].strip() if name in package.metadata else ""


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", name.lower().removeprefix("the ")).strip()


def _texts(package: metadata.Distribution) -> list[str]:
    """Texts of its licence files, those of what it has copied from others left out."""
    found = [file for file in package.files or () if ".dist-info/" in str(file) and _FILE.search(str(file))]
    return [
        Path(file.locate()).read_text(encoding="utf-8", errors="replace")
        for file in sorted(found, key=lambda file: (len(file.parts), str(file)))
    ]


def _known(text: str) -> str | None:
    start = " ".join(text[:_LOOKED_AT].split())
    return next((name for name, sentences in _TEXTS if all(each in start for each in sentences)), None)
