"""The status page: one daemon's work to be looked at, and its questions to be answered.

    server      sockets, threads, limits: what a request is before anybody reads it
    streams     those who wait for changes, all told by one thread
    access      who may look: links that are good once, sessions, and where a request came from
    metrics     who may see the numbers for monitoring
    routes      which address shows what
    views       what is shown there, as values for the templates
    questions   what waits for a person, and what they answer
    answers     the last answer of each person, which they can take back
    differing   two texts side by side, with what differs marked
    replies     answers with the headers that each of them bears, and assets
    rendering   pages made of templates; loaded when the first one is asked for
    jinja       Jinja2 without what running templates does not need
    compiling   the templates' code, made by another process and kept

Read `routes` first. It is loaded only where `[page] listen` asks for it. Whatever changes anything
goes through the control socket, as it does for commands; the ledger is only read.
"""
