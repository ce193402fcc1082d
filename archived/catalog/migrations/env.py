"""Alembic's entry: always on a connection that the catalog opened."""

from alembic import context

from archived.catalog.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
