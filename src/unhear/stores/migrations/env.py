"""Run migrations inside the transaction that `unhear.stores.schema` began."""

from alembic import context

from unhear.stores.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
