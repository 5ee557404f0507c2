"""A running Zotero as its local server shows it: a process that answers as the program does.

    world      what is in the database, transaction by transaction, and what is kept in memory
    items      what an item becomes when JSON is written to it
    api        `/api/`: reads, writes, consent
    server     sockets, the connector's address, starting, freezing, answers that break off
    process    start it, kill it, start it again; and speak to its side door

It keeps what the program keeps. Keys are its own. A write goes on when its client has gone. A write
token is recorded when the batch has ended, and forgotten with the process. A kill leaves the items
made so far, each whole. Whoever touches `/api/` while it starts freezes it for good.
"""
