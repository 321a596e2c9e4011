"""Watches: what has come, what rules remember, what alerts are based on, whom they are told to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables, and see to it that of a rule one alert is open about a subject."""
    op.add_column(
        "alerts", sa.Column("subject", sa.String(200), nullable=False, server_default=sa.text("''"))
    )
    op.add_column("alerts", sa.Column("evidence", sa.JSON()))
    op.execute("UPDATE alerts SET subject = 'model:' || CAST(model_id AS TEXT) WHERE model_id IS NOT NULL")
    op.create_index(
        "uq_alerts_open", "alerts", ["subject", "rule"], unique=True,
        sqlite_where=sa.text("closed IS NULL"), postgresql_where=sa.text("closed IS NULL"),
    )  # fmt: skip
    op.create_table(
        "rule_states",
        sa.Column("watch", sa.String(100), nullable=False),
        sa.Column("rule", sa.String(100), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("watch", "rule", name="pk_rule_states"),
    )
    op.create_table(
        "arrivals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("watch", sa.String(100), nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger()),
        sa.Column("modified", sa.BigInteger()),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("check_id", sa.Integer()),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("who", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_arrivals"),
        sa.ForeignKeyConstraint(["check_id"], ["checks.id"], name="fk_arrivals_check_id"),
        sa.UniqueConstraint("watch", "key", name="uq_arrivals_watch_key"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("watch", sa.String(100), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("sink", sa.String(100), nullable=False),
        sa.Column("event", sa.String(20), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("made", sa.Double(), nullable=False),
        sa.Column("due", sa.Double(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Double()),
        sa.Column("problem", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_deliveries_alert_id"),
        sa.UniqueConstraint("key", name="uq_deliveries_key"),
    )
    op.create_index("ix_deliveries_alert_id", "deliveries", ["alert_id"])
    op.create_index("ix_deliveries_watch", "deliveries", ["watch"])
    op.create_table(
        "accepted_windows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("watch", sa.String(100), nullable=False),
        sa.Column("check_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("accepted", sa.Double()),
        sa.Column("accepted_by", sa.String(100)),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_accepted_windows"),
        sa.ForeignKeyConstraint(["check_id"], ["checks.id"], name="fk_accepted_windows_check_id"),
        sa.UniqueConstraint("check_id", name="uq_accepted_windows_check_id"),
    )
    op.create_index("ix_accepted_windows_watch", "accepted_windows", ["watch"])
