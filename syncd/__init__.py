"""syncd: drop an export into a folder, find its records in Zotero, once."""

__version__ = "0.1.0"
