"""Alembic's folder: how the schema became what it is."""
