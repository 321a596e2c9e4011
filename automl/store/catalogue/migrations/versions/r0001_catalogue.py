"""Datasets, runs, models, aliases, bundles, deployments, checks and alerts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "dataset_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset", sa.String(200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("digest_of", sa.String(10), nullable=False),
        sa.Column("source", sa.Text()),
        sa.Column("bytes", sa.BigInteger()),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("columns", sa.Integer(), nullable=False),
        sa.Column("schema", sa.JSON()),
        sa.Column("origin", sa.JSON()),
        sa.Column("artefact", sa.Text()),
        sa.Column("parent_id", sa.Integer()),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("who", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dataset_versions"),
        sa.ForeignKeyConstraint(["parent_id"], ["dataset_versions.id"], name="fk_dataset_versions_parent_id"),
        sa.UniqueConstraint("dataset", "number", name="uq_dataset_versions_dataset_number"),
        sa.UniqueConstraint("dataset", "digest", name="uq_dataset_versions_dataset_digest"),
    )
    op.create_index("ix_dataset_versions_digest", "dataset_versions", ["digest"])
    op.create_table(
        "runs",
        sa.Column("id", sa.String(100), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("dataset_version_id", sa.Integer()),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("task", sa.String(20)),
        sa.Column("metric", sa.String(40)),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("score", sa.Double()),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("seconds", sa.Double()),
        sa.Column("trials", sa.Integer()),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("who", sa.String(100), nullable=False),
        sa.Column("seen", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sa.ForeignKeyConstraint(
            ["dataset_version_id"], ["dataset_versions.id"], name="fk_runs_dataset_version_id"
        ),
    )
    op.create_index("ix_runs_dataset_version_id", "runs", ["dataset_version_id"])
    op.create_table(
        "models",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(100), nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("metric", sa.String(40)),
        sa.Column("score", sa.Double()),
        sa.Column("low", sa.Double()),
        sa.Column("high", sa.Double()),
        sa.Column("measured", sa.Text(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("who", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_models"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_models_run_id"),
        sa.UniqueConstraint("name", "version", name="uq_models_name_version"),
        sa.UniqueConstraint("run_id", "model", "state", name="uq_models_run_id_model_state"),
    )
    op.create_table(
        "statements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("who", sa.String(100), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_statements"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_statements_model_id"),
    )
    op.create_index("ix_statements_model_id", "statements", ["model_id"])
    op.create_table(
        "aliases",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("alias", sa.String(60), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", "alias", name="pk_aliases"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_aliases_model_id"),
    )
    op.create_table(
        "alias_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("alias", sa.String(60), nullable=False),
        sa.Column("before_id", sa.Integer()),
        sa.Column("after_id", sa.Integer()),
        sa.Column("undoes_id", sa.Integer()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("who", sa.String(100), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alias_changes"),
        sa.ForeignKeyConstraint(["before_id"], ["models.id"], name="fk_alias_changes_before_id"),
        sa.ForeignKeyConstraint(["after_id"], ["models.id"], name="fk_alias_changes_after_id"),
        sa.ForeignKeyConstraint(["undoes_id"], ["alias_changes.id"], name="fk_alias_changes_undoes_id"),
    )
    op.create_index("ix_alias_changes_name", "alias_changes", ["name", "alias"])
    _make_what_follows()


def _make_what_follows() -> None:
    """What a model's life after its search leaves behind."""
    op.create_table(
        "bundles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("artefact", sa.Text()),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("who", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bundles"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_bundles_model_id"),
        sa.UniqueConstraint("digest", name="uq_bundles_digest"),
    )
    op.create_index("ix_bundles_model_id", "bundles", ["model_id"])
    op.create_table(
        "deployments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("bundle_digest", sa.String(64)),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("started", sa.Double(), nullable=False),
        sa.Column("ended", sa.Double()),
        sa.Column("who", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deployments"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_deployments_model_id"),
    )
    op.create_index("ix_deployments_model_id", "deployments", ["model_id"])
    op.create_table(
        "checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("model_id", sa.Integer()),
        sa.Column("run_id", sa.String(100)),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64)),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.String(10), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("who", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_checks"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_checks_model_id"),
        sa.UniqueConstraint("key", name="uq_checks_key"),
    )
    op.create_index("ix_checks_model_id", "checks", ["model_id"])
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer()),
        sa.Column("check_id", sa.Integer()),
        sa.Column("rule", sa.String(100), nullable=False),
        sa.Column("level", sa.String(10), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("opened", sa.Double(), nullable=False),
        sa.Column("closed", sa.Double()),
        sa.Column("closed_by", sa.String(100)),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_alerts_model_id"),
        sa.ForeignKeyConstraint(["check_id"], ["checks.id"], name="fk_alerts_check_id"),
    )
    op.create_index("ix_alerts_model_id", "alerts", ["model_id"])
