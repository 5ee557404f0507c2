"""Exports become records; the only room that reads tags and columns. Read `sources` first."""
