"""One query that only reads: what is taken, what is refused, and with which words."""

from __future__ import annotations

import pytest

from automl.errors import SettingError
from automl.sql import checked_query


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1",
        "  select * from t where a = 'x; drop table t' ",
        "WITH a AS (SELECT 1 AS x) SELECT x FROM a",
        "-- a comment; with a semicolon\nSELECT 1",
        "/* delete */ SELECT replace(a, 'b', 'c') FROM t",
        "SELECT \"update\", `into`, 'it''s' FROM t",
        "SELECT $$insert; into$$, $tag$ delete $tag$ FROM t",
        "SELECT a::text, b % 3, ':x' FROM t WHERE updated_at > now()",
    ],
)
def test_queries_that_read_are_taken_as_they_are(query: str) -> None:
    assert checked_query(query) == query.strip()


def test_last_semicolons_and_comments_behind_them_go() -> None:
    assert checked_query("SELECT 1 ; ;\n-- end") == "SELECT 1"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "empty"),
        ("-- nothing", "found none"),
        ("DELETE FROM t", "found DELETE"),
        ("SELECT 1; DROP TABLE t", "another statement"),
        ("SELECT 1; 2", "after the semicolon"),
        ("WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone", "DELETE"),
        ("SELECT * INTO copy FROM t", "INTO"),
        ("SELECT * FROM t FOR UPDATE", "UPDATE"),
        ("SELECT 'open", "not closed"),
        ('SELECT "open', "not closed"),
        ("SELECT 1 /* open", "comment in the query is not closed"),
        ("SELECT /*!50000 1 */", "/*!"),
        ("SELECT 'a\\' , ' ; DROP TABLE x; -- '", "backslash"),
        ("SELECT 1\x00", "NUL"),
        ("EXPLAIN SELECT 1", "found EXPLAIN"),
        ("SELECT " + "1," * 60_000 + "1", "characters"),
    ],
)
def test_everything_else_is_refused_in_words(query: str, words: str) -> None:
    with pytest.raises(SettingError) as caught:
        checked_query(query)
    assert words in caught.value.message
    assert caught.value.fix
