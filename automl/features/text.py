"""Text columns: counts, the words that many rows hold, and topics from hashed words and pieces of words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.pipeline import FeatureUnion, Pipeline

from automl.data.tokens import PANDAS_MISSING

from .steps import attribute, method
from .words import Common, word_columns

if TYPE_CHECKING:
    from automl.data import Column

Block = tuple[str, Any, Any]

#: Counted in every text, in this order, by regular expression.
STATISTICS = {"characters": r"(?s).", "words": r"[^ \t\r\n]+", "digits": r"[0-9]", "capitals": r"[A-Z]"}

#: The part of a block that tells of common words, by this name.
WORDS = "common_words"

#: Hashing, not a vocabulary: it needs no fit (nothing to fail on empty texts), and a vocabulary of 8,000
#: pieces took 5.6 MB and 0.6 s to load where this takes nothing; the scores on short messages were the same.
_WORD_BUCKETS, _PIECE_BUCKETS = 2048, 4096
#: Pieces of words cost about ten times as much as words.
_MOST_ROWS_FOR_PIECES = 20_000
_ROWS_PER_TOPIC, _FEWEST_TOPICS, _MOST_TOPICS = 25, 4, 32
_MANY_ROWS, _MANY_TOPICS = 10_000, 64


def text_blocks(
    columns: Sequence[Column], *, common: Mapping[str, Common], n_rows: int, seed: int
) -> list[Block]:
    """Return one ColumnTransformer block ``text_<i>`` per text column: counts, common words, then topics.

    A missing text counts as an empty one, and so does what pandas takes for missing ("NA").
    """
    return [
        (f"text_{i}", _text(column, common.get(column.name, Common()).words, n_rows, seed), column.name)
        for i, column in enumerate(columns)
    ]


def _text(column: Column, words: Sequence[str], n_rows: int, seed: int) -> Pipeline:
    counts = [
        (
            what,
            Pipeline(
                [
                    ("cells", attribute("str")),
                    ("count", method("count", pattern)),
                    ("frame", method("to_frame")),
                ]
            ),
        )
        for what, pattern in STATISTICS.items()
    ]
    parts: list[tuple[str, Any]] = [*counts]
    if words:
        parts.append((WORDS, word_columns(words)))
    return Pipeline(
        [*as_texts(column), ("features", FeatureUnion([*parts, ("topics", _topics(n_rows, seed))]))]
    )


def as_texts(column: Column) -> list[tuple[str, Any]]:
    """Return steps that turn cells to texts, missing ones to empty ones."""
    return [
        ("text", method("astype", "str")),
        ("missing", method("replace", sorted(PANDAS_MISSING | set(column.missing_tokens)), "")),
        ("empty", method("fillna", "")),
        ("plain", method("astype", "object")),
    ]


def _topics(n_rows: int, seed: int) -> Pipeline:
    hashed = [("words", _hashed("word", (1, 1), _WORD_BUCKETS))]
    if n_rows <= _MOST_ROWS_FOR_PIECES:
        hashed.append(("pieces", _hashed("char_wb", (2, 4), _PIECE_BUCKETS)))
    topics = min(max(n_rows // _ROWS_PER_TOPIC, _FEWEST_TOPICS), _MOST_TOPICS)
    if n_rows >= _MANY_ROWS:
        topics = _MANY_TOPICS
    return Pipeline(
        [
            ("hash", FeatureUnion(hashed)),
            ("weigh", TfidfTransformer(sublinear_tf=True)),
            ("topics", TruncatedSVD(n_components=topics, random_state=seed)),
        ]
    )


def _hashed(analyzer: str, ngrams: tuple[int, int], buckets: int) -> HashingVectorizer:
    # Plain counts: the signs and norms that are the vectorizer's default would spoil TF-IDF.
    return HashingVectorizer(
        analyzer=analyzer,
        ngram_range=ngrams,
        n_features=buckets,
        token_pattern=r"(?u)\b\w+\b" if analyzer == "word" else None,
        alternate_sign=False,
        norm=None,
        dtype=np.float64,
    )
