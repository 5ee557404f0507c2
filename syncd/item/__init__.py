"""A record becomes a Zotero item for a given schema, and items of any origin are understood.

DATA      an item as the Zotero web API writes it
EXTRA     the free text field; a line `Label: value` stands in for a field the schema lacks

`making` is the best one to read first. Nothing is imported here: who makes an item needs little
of what reads one.
"""
