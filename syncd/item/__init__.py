"""A record becomes a Zotero item for a given schema, and items of any origin are understood.

DATA      an item as the Zotero web API writes it
EXTRA     the free text field; a line `Label: value` stands in for a field the schema lacks
"""

from syncd.item.making import item_data, links_for, notes_for
from syncd.item.reading import citation_of, identity_of

__all__ = ["citation_of", "identity_of", "item_data", "links_for", "notes_for"]
