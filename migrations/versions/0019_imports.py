"""Imports, and the lists of the country that they bring."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kcc.core import rls

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)
TABLES = (
    ("municipality_register", "national", "setup"),
    ("postcode_area", "national", "setup"),
    ("information_area", "national", "setup"),
    ("product_area", "national", "setup"),
    ("municipality_successor", "municipal", "setup"),
    ("import_run", "municipal", "setup"),
    ("import_refusal", "municipal", "setup"),
    ("import_record", "municipal", "figures"),
    ("import_mapping", "municipal", "setup"),
)
COUNTS = (
    "rows_total",
    "rows_read",
    "added",
    "changed",
    "unchanged",
    "joined",
    "kept",
    "refused",
    "removed",
    "left_behind",
)


def need(name: str, kind: sa.types.TypeEngine, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, kind, nullable=nullable)


def town() -> sa.Column:
    return sa.Column("municipality_id", sa.Integer(), sa.ForeignKey("municipality.id"), nullable=False)


def of_run(**kwargs: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["municipality_id", "run_id"], ["import_run.municipality_id", "import_run.id"], **kwargs
    )


def upgrade() -> None:
    national()
    runs()
    op.execute("drop policy rows on product")
    op.execute(
        "create policy rows on product to kcc_app using (true) with check ((select kcc_door_kind()) in ('command', 'lease'))"
    )
    op.execute(
        "create policy removal on product as restrictive for delete to kcc_app using ((select kcc_door_kind()) in ('command', 'lease'))"
    )
    for table, policy, data_class in TABLES:
        for statement in rls.statements(table, policy, data_class):
            op.execute(statement)


def national() -> None:
    op.create_table(
        "municipality_register", need("code", sa.String(4)), need("name", sa.String()), need("began_on", sa.Date(), nullable=True),
        need("ended_on", sa.Date(), nullable=True), need("successor_code", sa.String(4), nullable=True),
        need("rsin", sa.String(), nullable=True), sa.PrimaryKeyConstraint("code"),
    )  # fmt: skip
    op.create_index("ix_municipality_register_successor_code", "municipality_register", ["successor_code"])
    op.create_table(
        "postcode_area", need("pc4", sa.String(4)), need("valid_from", sa.Date()), need("valid_to", sa.Date(), nullable=True),
        need("place", sa.String()), sa.Column("cbs_code", sa.String(), sa.ForeignKey("municipality_register.code"), nullable=False),
        sa.PrimaryKeyConstraint("pc4", "valid_from"),
    )  # fmt: skip
    op.create_table(
        "information_area", need("code", sa.String()), need("name", sa.String()), need("theme", sa.String()),
        sa.PrimaryKeyConstraint("code"),
    )  # fmt: skip
    op.create_table(
        "product_area", sa.Column("upn", sa.String(), sa.ForeignKey("product.upn"), nullable=False),
        sa.Column("area_code", sa.String(), sa.ForeignKey("information_area.code"), nullable=False),
        sa.PrimaryKeyConstraint("upn", "area_code"),
    )  # fmt: skip
    op.create_table(
        "municipality_successor", town(),
        sa.Column("successor_code", sa.String(), sa.ForeignKey("municipality_register.code"), nullable=False), need("on_day", sa.Date()),
        sa.Column("account_id", sa.Uuid(), sa.ForeignKey("account.id")), need("applied_at", Moment),
        sa.PrimaryKeyConstraint("municipality_id"),
    )  # fmt: skip


def runs() -> None:
    op.create_table(
        "import_run", town(), need("id", sa.Uuid()), need("kind", sa.String()), need("state", sa.String()), need("dry_run", sa.Boolean()),
        need("file_name", sa.String()), need("file_kept", sa.Boolean()), need("sha256", sa.LargeBinary()), need("size", sa.BigInteger()),
        need("encoding", sa.String()), need("separator", sa.String()), need("columns", postgresql.ARRAY(sa.Text())),
        need("filled", postgresql.ARRAY(sa.Integer())), need("start_place", sa.Integer()), need("start_line", sa.Integer()),
        need("mapping", postgresql.JSONB()), need("options", postgresql.JSONB()), need("place", sa.Integer()),
        need("line", sa.Integer()), need("passes", sa.Integer()), *(need(name, sa.Integer()) for name in COUNTS),
        sa.Column("account_id", sa.Uuid(), sa.ForeignKey("account.id")), need("made_at", Moment),
        need("started_at", Moment, nullable=True), need("ended_at", Moment, nullable=True), need("undone_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("municipality_id", "id"),
        sa.CheckConstraint(
            "state in ('new', 'ready', 'running', 'done', 'stopped', 'undoing', 'undone')", name=op.f("ck_import_run_state")
        ),
    )  # fmt: skip
    op.create_index("ix_import_run_made_at_id", "import_run", ["made_at", "id"])
    op.create_table(
        "import_refusal", town(), need("id", sa.Uuid()), need("run_id", sa.Uuid()), need("line", sa.Integer()),
        need("field", sa.String()), need("code", sa.String()), sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("municipality_id", "id"), of_run(ondelete="CASCADE"),
    )  # fmt: skip
    op.create_index(
        "ix_import_refusal_municipality_id_run_id_line_id",
        "import_refusal",
        ["municipality_id", "run_id", "line", "id"],
    )
    op.create_table(
        "import_record", town(), need("kind", sa.String()), need("key", sa.String(collation="C")), need("run_id", sa.Uuid()),
        need("subject", sa.String()), sa.PrimaryKeyConstraint("municipality_id", "kind", "key"), of_run(),
    )  # fmt: skip
    op.create_index(
        "ix_import_record_municipality_id_run_id_key", "import_record", ["municipality_id", "run_id", "key"]
    )
    op.create_table(
        "import_mapping", town(), need("kind", sa.String()), need("mapping", postgresql.JSONB()),
        sa.PrimaryKeyConstraint("municipality_id", "kind"),
    )  # fmt: skip


def downgrade() -> None:
    for table in (
        "import_mapping", "import_record", "import_refusal", "import_run", "municipality_successor", "product_area",
        "information_area", "postcode_area", "municipality_register",
    ):  # fmt: skip
        op.drop_table(table)
    op.execute("drop policy removal on product")
    op.execute("drop policy rows on product")
    op.execute(
        "create policy rows on product to kcc_app using (true) with check ((select kcc_door_kind()) = 'command')"
    )
