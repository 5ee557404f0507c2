"""Tell what a library is from where it is: it may move, or be reached by another address."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ZOTERO = "https://api.zotero.org"
_UPDATE = sa.text("UPDATE library SET known_as = :known, location = :place WHERE library_id = :id")


def upgrade() -> None:
    op.add_column("library", sa.Column("known_as", sa.Text(), nullable=True))
    op.add_column("library", sa.Column("location", sa.Text(), nullable=True))
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT library_id, identity FROM library")).all()
    for library_id, identity in rows:
        connection.execute(
            sa.text(
                "UPDATE library SET known_as = :known, location = :place WHERE library_id = :id"
            ),
            {"id": library_id, **_told_apart(identity)},
        )


def _told_apart(identity: str) -> dict[str, str]:
    """Return what an identity of the old kind, an address or a folder, says of the library."""
    kind, _, rest = identity.partition(":")
    if kind in ("http", "https"):
        address, group, number = identity.rsplit("/", 2)
        return {"known": f"{_ZOTERO}/{group}/{number}", "place": address}
    return {"known": identity, "place": rest if kind == "file" else ""}
