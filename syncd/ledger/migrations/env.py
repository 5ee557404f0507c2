"""Alembic's entry: run the migrations on the connection that `migrate` hands over."""

from alembic import context

from syncd.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
