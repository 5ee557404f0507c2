"""A Zotero web API server for tests: a real HTTP process with the real server's manners.

It holds everything in RAM. What Zotero's server does with versions, preconditions, text,
trash, keys and limits it does too, the traps included; `tests/unit/fakes`
is the table of what that means. Paths under `/_test/` are the side door through which a test
makes users and keys, acts as a person, switches faults on and reads the state.

LMV      the `Last-Modified-Version` header
NOTICE   what the server says about one object of a batch that it did not take
FAULT    a misbehaviour armed for coming requests

It does not do: Atom and the export formats, file upload and full text, saved searches and
settings beyond empty lists, API versions 1 and 2, `Zotero-Schema-Version`.
"""
