"""Alembic's entry: always on a connection that the catalog opened."""

from alembic import context

from archived.catalog import tables

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=tables.package.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
