"""Counts, common words and topics of a text: hashed words and pieces of words, weighed and projected."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ..compiling import CannotCompileError, arguments_of
from .base import Encoder

if TYPE_CHECKING:
    from ...data import Column

__all__ = ["CommonWords", "TextEncoder", "compile_common", "compile_text", "murmur"]

_SPACES = re.compile(r"\s\s+")


class TextEncoder(Encoder):
    """How often patterns occur in a text, whether it holds some words, then the weights of its topics."""

    kind: ClassVar[str] = "text"

    def __init__(self, described: Mapping[str, Any]) -> None:
        super().__init__(described)
        self._missing = frozenset(described["missing"])
        self._counts = [re.compile(pattern) for pattern in described["counts"]]
        self._common = CommonWords(described)
        self._words = [(_analyzer(one), int(one["buckets"])) for one in described["hashed"]]
        self._idf, self._topics = described["idf"], np.ascontiguousarray(np.asarray(described["topics"]).T)
        if len(self._idf) != len(self._topics) or sum(size for _, size in self._words) != len(self._idf):
            raise ValueError("a text block whose parts do not fit together")
        self.width = len(self._counts) + len(self._common) + self._topics.shape[1]

    def encode(self, value: str | None) -> Any:
        text = "" if value is None or value in self._missing else value
        counts = [float(len(pattern.findall(text))) for pattern in self._counts]
        text = text.lower()
        return [*counts, *self._common.held_by(text), *self._weights(text).tolist()]

    def _weights(self, text: str) -> Any:
        buckets: Counter[int] = Counter()
        start = 0
        for pieces, size in self._words:
            buckets.update(start + _bucket(piece, size) for piece in pieces(text))
            start += size
        if not buckets:
            return np.zeros(self._topics.shape[1])
        places = np.array(sorted(buckets), dtype=np.intp)
        counts = np.array([buckets[place] for place in places.tolist()], dtype=np.float64)
        weights = (np.log(counts) + 1.0) * self._idf[places]
        # Added one after the other, as scikit-learn and scipy do: trees may split a topic at its last digit.
        weights /= np.sqrt(np.cumsum(weights**2)[-1])
        return np.add.reduce(weights[:, None] * self._topics[places], axis=0)


class CommonWords:
    """Whether a text holds some words.

    Parameters
    ----------
    described : mapping
        ``words`` and the ``word_pattern`` that finds words in a text; nothing where there are none.
    """

    def __init__(self, described: Mapping[str, Any]) -> None:
        self._words = [str(word) for word in described.get("words", ())]
        self._pattern = re.compile(described["word_pattern"] if self._words else "")

    def __len__(self) -> int:
        return len(self._words)

    def held_by(self, text: str) -> list[float]:
        """1 or 0 for each word; the text is in lower case."""
        held = set(self._pattern.findall(text)) if self._words else set()
        return [float(word in held) for word in self._words]


def _analyzer(described: Mapping[str, Any]) -> Callable[[str], Iterator[str]]:
    if described["analyzer"] == "word":
        pattern = re.compile(described["pattern"])
        return lambda text: iter(pattern.findall(text))
    least, most = described["lengths"]
    return lambda text: _pieces(text, least, most)


def _pieces(text: str, least: int, most: int) -> Iterator[str]:
    """Pieces of words with a space on either side, as scikit-learn's ``char_wb`` cuts them."""
    for word in _SPACES.sub(" ", text).split():
        padded = f" {word} "
        for length in range(least, most + 1):
            yield padded[:length]
            yield from (padded[at : at + length] for at in range(1, len(padded) - length + 1))
            if len(padded) <= length:
                break


@lru_cache(maxsize=1 << 16)
def _bucket(piece: str, buckets: int) -> int:
    number = murmur(piece.encode("utf-8", errors="surrogatepass"))
    signed = number - (1 << 32) if number >> 31 else number
    if signed == -(1 << 31):
        return ((1 << 31) - 1 - (buckets - 1)) % buckets
    return abs(signed) % buckets


def murmur(data: bytes) -> int:
    """MurmurHash3 of 32 bits with the seed 0 (Austin Appleby, public domain), which feature hashing uses."""
    whole = 0xFFFFFFFF
    state = 0
    ends = len(data) & ~3
    for at in range(0, ends, 4):
        word = int.from_bytes(data[at : at + 4], "little") * 0xCC9E2D51 & whole
        word = (word << 15 | word >> 17) & whole
        state ^= word * 0x1B873593 & whole
        state = ((state << 13 | state >> 19) & whole) * 5 + 0xE6546B64 & whole
    if len(data) > ends:
        word = int.from_bytes(data[ends:], "little") * 0xCC9E2D51 & whole
        word = (word << 15 | word >> 17) & whole
        state ^= word * 0x1B873593 & whole
    state ^= len(data)
    state = (state ^ state >> 16) * 0x85EBCA6B & whole
    state = (state ^ state >> 13) * 0xC2B2AE35 & whole
    return state ^ state >> 16


def compile_text(transformer: Any, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Blocks ``text_<i>``."""
    steps = transformer.named_steps
    parts = dict(steps["features"].transformer_list)
    topics = parts.pop("topics").named_steps
    common = compile_common(parts.pop("common_words", None))
    counts = [arguments_of(part.named_steps["count"].func)[1] for part in parts.values()]
    weigh = topics["weigh"]
    if not weigh.sublinear_tf or weigh.norm != "l2" or not weigh.use_idf:
        raise CannotCompileError("Words that are weighed in another way")
    (column,) = columns
    return [
        {
            "kind": TextEncoder.kind,
            "column": column.name,
            "missing": list(arguments_of(steps["missing"].func)[1]),
            "counts": counts,
            **common,
            "hashed": [_hashed(vectorizer) for _, vectorizer in topics["hash"].transformer_list],
            "idf": np.asarray(weigh.idf_, dtype=np.float64),
            "topics": np.asarray(topics["topics"].components_, dtype=np.float64),
        }
    ]


def compile_common(part: Any) -> dict[str, Any]:
    """The part of a block that tells of common words, for `CommonWords`; empty where there is none."""
    if part is None:
        return {}
    vectorizer = part.named_steps["count"]
    words = list(vectorizer.vocabulary)
    if not vectorizer.binary or not _plain_words(vectorizer):
        raise CannotCompileError("Words that are counted in another way")
    if [vectorizer.vocabulary[word] for word in words] != list(range(len(words))):
        raise CannotCompileError("Words in another order")
    return {"words": words, "word_pattern": vectorizer.token_pattern}


def _plain_words(vectorizer: Any) -> bool:
    """Whether a text becomes words in the usual way: in lower case, singly, none left out."""
    return bool(
        vectorizer.analyzer == "word"
        and tuple(vectorizer.ngram_range) == (1, 1)
        and vectorizer.lowercase
        and vectorizer.strip_accents is None
        and vectorizer.stop_words is None
    )


def _hashed(vectorizer: Any) -> dict[str, Any]:
    plain = (
        not vectorizer.alternate_sign
        and vectorizer.norm is None
        and not vectorizer.binary
        and vectorizer.lowercase
        and vectorizer.strip_accents is None
        and vectorizer.stop_words is None
    )
    word = _plain_words(vectorizer)
    if not plain or not (word or vectorizer.analyzer == "char_wb"):
        raise CannotCompileError("Words that are hashed in another way")
    described: dict[str, Any] = {"analyzer": vectorizer.analyzer, "buckets": int(vectorizer.n_features)}
    if word:
        return described | {"pattern": vectorizer.token_pattern}
    return described | {"lengths": list(vectorizer.ngram_range)}
