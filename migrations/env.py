"""How Alembic reaches the database: as owner, with short waits for locks, one transaction for each migration."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from kcc.core.db import Base
from kcc.core import models as core_models  # noqa: F401
from kcc.contacts import models as contacts_models, models_written  # noqa: F401
from kcc.backoffice import models as backoffice_models  # noqa: F401
from kcc.channels import models_calls, models_counter, models_files, models_forms, models_mail  # noqa: F401
from kcc.knowledge import models as knowledge_models  # noqa: F401
from kcc.municipalities import models as municipalities_models  # noqa: F401
from kcc.parties import models as parties_models  # noqa: F401
from kcc.people import models as people_models  # noqa: F401
from kcc.routing import models as routing_models  # noqa: F401
from kcc.routing import models_deciding as routing_models_deciding  # noqa: F401
from kcc.routing import models_presence as routing_models_presence  # noqa: F401
from kcc.routing import models_tuning as routing_models_tuning  # noqa: F401
from kcc.succession import models as succession_models  # noqa: F401

engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
with engine.connect() as connection:
    connection.execute(text("set lock_timeout = '4s'"))
    connection.commit()
    context.configure(
        connection=connection, target_metadata=Base.metadata, transaction_per_migration=True, compare_type=True
    )
    with context.begin_transaction():
        context.run_migrations()
