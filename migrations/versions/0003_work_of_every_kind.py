"""Work of every kind waits in one queue: calls, mail, forms, visitors, call-backs, returned tasks."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NEW = (
    # name, type, filled with in rows that are there
    ("channel", sa.String(), "'phone'"),
    ("subject_id", sa.Uuid(), "gen_random_uuid()"),
    ("topic_group", sa.String(), "''"),
    ("language", sa.String(), "'nl'"),
    ("state", sa.String(), "'waiting'"),
    ("priority_class", sa.SmallInteger(), "4"),
    ("boost_seconds", sa.Integer(), "0"),
    ("in_profile", sa.Boolean(), "true"),
    ("cost", sa.SmallInteger(), "100"),
    ("interruptions", sa.SmallInteger(), "0"),
)
NULLABLE = (
    ("urgent_at", sa.DateTime(timezone=True)),
    ("due_at", sa.DateTime(timezone=True)),
    ("promise_until", sa.DateTime(timezone=True)),
    ("offered_to", sa.Uuid()),
    ("offered_at", sa.DateTime(timezone=True)),
    ("sticky_account_id", sa.Uuid()),
    ("sticky_until", sa.DateTime(timezone=True)),
    ("outcome", sa.String()),
)
INDEXES = (
    ("uq_work_item_live", ["municipality_id", "kind", "subject_id"], True),
    ("ix_work_item_waiting", ["since", "id"], False),
    ("ix_work_item_in_hand", ["account_id"], False),
    ("ix_work_item_ticket", ["municipality_id", "ticket_id"], False),
)
LIVE = sa.text("done_at is null")
FILL = """
update work_item w set subject_id = coalesce(w.task_id, w.ticket_id), channel = t.channel, due_at = coalesce(t.due_at, w.since + interval '2 days'),
  urgent_at = date_trunc('day', coalesce(t.due_at, w.since + interval '2 days') at time zone m.zone) at time zone m.zone,
  state = case when w.done_at is not null then 'done' when w.account_id is not null then 'taken' else 'waiting' end
from ticket t, municipality m where t.municipality_id = w.municipality_id and t.id = w.ticket_id and m.id = w.municipality_id"""


def past_policies(*statements: str) -> None:
    """Do it as the owner to rows of every town: FORCE binds the owner too, and is put back at once."""
    tables = ("work_item", "ticket", "municipality")
    for table in tables:
        op.execute(f"alter table {table} no force row level security")
    for statement in statements:
        op.execute(statement)
    op.execute("set constraints all immediate")
    for table in tables:
        op.execute(f"alter table {table} force row level security")


def upgrade() -> None:
    op.drop_index("ix_work_item_waiting", table_name="work_item")
    for name, kind, filled in NEW:
        op.add_column("work_item", sa.Column(name, kind, nullable=False, server_default=sa.text(filled)))
        op.alter_column("work_item", name, server_default=None)
    for name, kind in NULLABLE:
        op.add_column("work_item", sa.Column(name, kind, nullable=True))
    past_policies(FILL)
    op.alter_column("work_item", "ticket_id", nullable=True)
    op.drop_column("work_item", "task_id")
    for column in ("offered_to", "sticky_account_id"):
        op.create_foreign_key(op.f(f"fk_work_item_{column}_account"), "work_item", "account", [column], ["id"])
    for name, columns, unique in INDEXES:
        op.create_index(name, "work_item", columns, unique=unique, postgresql_where=LIVE)


def downgrade() -> None:
    for name, _columns, _unique in INDEXES:
        op.drop_index(name, table_name="work_item")
    op.add_column("work_item", sa.Column("task_id", sa.Uuid(), nullable=True))
    # What has no ticket had no place in the queue before; such rows hold figures only.
    past_policies(
        "delete from work_item where ticket_id is null", "update work_item set task_id = nullif(subject_id, ticket_id)"
    )
    op.alter_column("work_item", "ticket_id", nullable=False)
    for name, _kind in NULLABLE:
        op.drop_column("work_item", name)
    for name, _kind, _filled in NEW:
        op.drop_column("work_item", name)
    op.create_index("ix_work_item_waiting", "work_item", ["municipality_id", "since"], postgresql_where=LIVE)
