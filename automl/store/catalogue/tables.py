"""The catalogue's tables, as the newest migration leaves them; a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

__all__ = [
    "REVISION",
    "accepted_windows",
    "alerts",
    "alias_changes",
    "aliases",
    "arrivals",
    "audit",
    "audit_head",
    "bundles",
    "checks",
    "dataset_versions",
    "deliveries",
    "deployments",
    "metadata",
    "models",
    "reviewed_schemas",
    "rule_states",
    "runs",
    "statements",
]

REVISION = "0004"
"""The newest migration; known here so that opening a catalogue need not look for it."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

dataset_versions = Table(
    "dataset_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dataset", String(200), nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("digest_of", String(10), nullable=False),
    Column("source", Text),
    Column("bytes", BigInteger),
    Column("rows", BigInteger, nullable=False),
    Column("columns", Integer, nullable=False),
    Column("schema", JSON),
    Column("origin", JSON),
    Column("artefact", Text),
    Column("parent_id", ForeignKey("dataset_versions.id")),
    Column("created", Double, nullable=False),
    Column("who", String(100), nullable=False),
    UniqueConstraint("dataset", "number"),
    UniqueConstraint("dataset", "digest"),
    Index(None, "digest"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("path", Text, nullable=False),
    Column("dataset_version_id", ForeignKey("dataset_versions.id"), index=True),
    Column("target", Text, nullable=False),
    Column("task", String(20)),
    Column("metric", String(40)),
    Column("state", String(20), nullable=False),
    Column("score", Double),
    Column("created", Double, nullable=False),
    Column("seconds", Double),
    Column("trials", Integer),
    Column("asked", JSON, nullable=False),
    Column("who", String(100), nullable=False),
    Column("seen", String(64), nullable=False),
)

models = Table(
    "models",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("version", Integer, nullable=False),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("model", String(100), nullable=False),
    Column("state", String(64), nullable=False),
    Column("metric", String(40)),
    Column("score", Double),
    Column("low", Double),
    Column("high", Double),
    Column("measured", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("who", String(100), nullable=False),
    UniqueConstraint("name", "version"),
    UniqueConstraint("run_id", "model", "state"),
)

statements = Table(
    "statements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("model_id", ForeignKey("models.id"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("who", String(100), nullable=False),
    Column("at", Double, nullable=False),
)

aliases = Table(
    "aliases",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("alias", String(60), primary_key=True),
    Column("model_id", ForeignKey("models.id"), nullable=False),
)

alias_changes = Table(
    "alias_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("alias", String(60), nullable=False),
    Column("before_id", ForeignKey("models.id")),
    Column("after_id", ForeignKey("models.id")),
    Column("undoes_id", ForeignKey("alias_changes.id")),
    Column("reason", Text, nullable=False),
    Column("who", String(100), nullable=False),
    Column("at", Double, nullable=False),
    Index(None, "name", "alias"),
)

bundles = Table(
    "bundles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("model_id", ForeignKey("models.id"), nullable=False, index=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("path", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("artefact", Text),
    Column("created", Double, nullable=False),
    Column("who", String(100), nullable=False),
)

deployments = Table(
    "deployments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("model_id", ForeignKey("models.id"), nullable=False, index=True),
    Column("bundle_digest", String(64)),
    Column("place", Text, nullable=False),
    Column("started", Double, nullable=False),
    Column("ended", Double),
    Column("who", String(100), nullable=False),
)

checks = Table(
    "checks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("model_id", ForeignKey("models.id"), index=True),
    Column("run_id", String(100)),
    Column("table_name", Text, nullable=False),
    Column("digest", String(64)),
    Column("rows", BigInteger, nullable=False),
    Column("level", String(10), nullable=False),
    Column("headline", Text, nullable=False),
    Column("columns", JSON, nullable=False),
    Column("at", Double, nullable=False),
    Column("who", String(100), nullable=False),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("model_id", ForeignKey("models.id"), index=True),
    Column("check_id", ForeignKey("checks.id")),
    Column("rule", String(100), nullable=False),
    Column("level", String(10), nullable=False),
    Column("message", Text, nullable=False),
    Column("columns", JSON, nullable=False),
    Column("opened", Double, nullable=False),
    Column("closed", Double),
    Column("closed_by", String(100)),
    Column("reason", Text),
    Column("subject", String(200), nullable=False, server_default=text("''")),
    Column("evidence", JSON),
    Index(
        "uq_alerts_open",
        "subject",
        "rule",
        unique=True,
        sqlite_where=text("closed IS NULL"),
        postgresql_where=text("closed IS NULL"),
    ),
)
"""Of a rule one alert is open about a subject, whoever opens it: the database sees to that."""

rule_states = Table(
    "rule_states",
    metadata,
    Column("watch", String(100), primary_key=True),
    Column("rule", String(100), primary_key=True),
    Column("state", JSON, nullable=False),
    Column("at", Double, nullable=False),
)

arrivals = Table(
    "arrivals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("watch", String(100), nullable=False),
    Column("key", String(100), nullable=False),
    Column("name", Text, nullable=False),
    Column("bytes", BigInteger),
    Column("modified", BigInteger),
    Column("status", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("check_id", ForeignKey("checks.id")),
    Column("at", Double, nullable=False),
    Column("who", String(100), nullable=False),
    UniqueConstraint("watch", "key"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("watch", String(100), nullable=False, index=True),
    Column("alert_id", ForeignKey("alerts.id"), nullable=False, index=True),
    Column("sink", String(100), nullable=False),
    Column("event", String(20), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("made", Double, nullable=False),
    Column("due", Double, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("sent", Double),
    Column("problem", Text),
)

accepted_windows = Table(
    "accepted_windows",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("watch", String(100), nullable=False, index=True),
    Column("check_id", ForeignKey("checks.id"), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    Column("accepted", Double),
    Column("accepted_by", String(100)),
    Column("reason", Text),
)

reviewed_schemas = Table(
    "reviewed_schemas",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dataset", String(200), nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("schema", JSON, nullable=False),
    Column("reason", Text, nullable=False),
    Column("who", String(100), nullable=False),
    Column("at", Double, nullable=False),
    UniqueConstraint("dataset", "number"),
)

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("who", String(100), nullable=False),
    Column("action", String(60), nullable=False, index=True),
    Column("subject", Text, nullable=False, index=True),
    Column("objects", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("event", String(400), unique=True),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
"""Texts, not JSON: a database may write JSON otherwise than it came, and the hash is of the text."""

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)
