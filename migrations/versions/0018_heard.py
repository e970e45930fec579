"""An e-mail address is found however its capitals are written."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_digital_address_municipality_id_address", table_name="digital_address")
    op.create_index("ix_digital_address_heard", "digital_address", ["municipality_id", sa.text("lower(address)")])


def downgrade() -> None:
    op.drop_index("ix_digital_address_heard", table_name="digital_address")
    op.create_index("ix_digital_address_municipality_id_address", "digital_address", ["municipality_id", "address"])
