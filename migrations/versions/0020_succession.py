"""Municipalities that go on as another: what is decided, who signed, how it is moved, and who reads on."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kcc.core import guard, rls

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)
MUNICIPAL = (
    "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'municipality_id'"
    " where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by 1"
)


def need(name: str, kind: sa.types.TypeEngine, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, kind, nullable=nullable)


def town() -> sa.Column:
    return sa.Column("municipality_id", sa.Integer(), sa.ForeignKey("municipality.id"), nullable=False)


def account(name: str) -> sa.Column:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey("account.id"), nullable=True)


def of_centre(column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["centre_id", column], ["municipality.centre_id", "municipality.id"])


def upgrade() -> None:
    op.create_table(
        "succession", town(), need("id", sa.Uuid()), need("centre_id", sa.Integer()), need("kind", sa.String()),
        need("successor_id", sa.Integer(), nullable=True), need("on_day", sa.Date()), need("made_at", Moment), account("made_by_id"),
        need("compared_at", Moment, nullable=True), need("compared", postgresql.JSONB(), nullable=True),
        need("approved_at", Moment, nullable=True), need("cancelled_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("municipality_id", "id"), of_centre("municipality_id"), of_centre("successor_id"),
        sa.CheckConstraint("kind in ('merger', 'leaving')", name="kind"),
        sa.CheckConstraint("(kind = 'merger') = (successor_id is not null)", name="successor"),
        sa.CheckConstraint("successor_id <> municipality_id", name="other"),
    )  # fmt: skip
    op.create_index(
        "uq_succession_planned", "succession", ["municipality_id"], unique=True,
        postgresql_where=sa.text("cancelled_at is null"),
    )  # fmt: skip
    op.create_table(
        "succession_choice", town(), need("succession_id", sa.Uuid()), need("kind", sa.String()), need("subject", sa.String()),
        need("choice", sa.String()), account("decided_by_id"),
        sa.PrimaryKeyConstraint("municipality_id", "succession_id", "kind", "subject"),
        sa.ForeignKeyConstraint(
            ["municipality_id", "succession_id"], ["succession.municipality_id", "succession.id"], ondelete="CASCADE"
        ),
        sa.CheckConstraint("kind in ('department', 'route', 'overlay', 'parties')", name="kind"),
    )  # fmt: skip
    for table in ("succession", "succession_choice"):
        for statement in rls.statements(table, "municipal", "setup"):
            op.execute(statement)
    # Functions may speak of one another before they are there.
    op.execute("set local check_function_bodies = off")
    guard.lay_guard("0020_succession.sql")
    guard.lay_guard("0020_succession_steps.sql")
    connection = op.get_bind()
    for table in connection.scalars(sa.text(MUNICIPAL)).all():
        for statement in rls.succession_statements(table):
            op.execute(statement)
    for table in ("municipality", "draft", "article_version"):
        for statement in rls.moved_statements(table):
            op.execute(statement)


def downgrade() -> None:
    connection = op.get_bind()
    found = "select tablename, policyname from pg_policies where policyname in ('succession', 'closed_insert', 'closed_update', 'closed_delete')"
    for table, policy in connection.execute(sa.text(found)).all():
        op.execute(f"drop policy {policy} on {table}")
        if policy == "succession":
            op.execute(f"revoke all on {table} from kcc_guard")
    op.execute("set local check_function_bodies = off")
    guard.lay_guard("0020_succession_undone.sql")
    for table in ("succession_choice", "succession"):
        op.drop_table(table)
    give_back(connection)


def give_back(connection: sa.Connection) -> None:
    """The rights that the guard had before on tables that are still there."""
    there = set(connection.scalars(sa.text("select tablename from pg_tables where schemaname = 'public'")))
    for table in {*rls.GUARD_READS, *rls.LATER_READS} & there:
        op.execute(f"grant select on {table} to kcc_guard")
    for table, rights in {**guard.INSERTS, **guard.LATER_INSERTS}.items():
        if table in there:
            op.execute(f"grant {rights} on {table} to kcc_guard")
