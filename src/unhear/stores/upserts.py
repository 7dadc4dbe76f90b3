"""Insert a row, or change the one that is there: in words that both kinds of database understand.

SQLite took this syntax over from PostgreSQL, so that one text serves both. SQLAlchemy has an
`insert` a dialect for it; a statement of one may not be given to the other.
"""

from sqlalchemy import Table, TextClause, text


def upsert(table: Table) -> TextClause:
    """Answer the statement that puts a row in place of the one with its key."""
    keys = [column.name for column in table.primary_key]
    names = [column.name for column in table.columns if column.name not in keys]
    changes = [f"{name} = excluded.{name}" for name in names]
    return text(
        f"{_insert(table)} ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(changes)}"
    )


def insert_new(table: Table) -> TextClause:
    """Answer the statement that adds a row unless there is one with its key."""
    return text(f"{_insert(table)} ON CONFLICT DO NOTHING")


def _insert(table: Table) -> str:
    names = [column.name for column in table.columns]
    values = ", ".join(f":{name}" for name in names)
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({values})"  # noqa: S608 - our own names
