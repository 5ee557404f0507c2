"""Adapters: code that lets syncd speak to one kind of library."""
