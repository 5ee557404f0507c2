"""Telling people and programs what happens, while the daemon works and never in its way.

    opening      all of it, put together for one daemon
    hooks        the operator's own programs, called after each file of a folder
    watch        the status as it changes, on a thread of its own
    transitions  what of that is news
    telling      has people told of it, by each of the ways
    ways         command, webhook and ping (`web`), `mail`, `desktop`; a `notice` is what they tell
    metrics      numbers for monitoring, in a file and at the page
    programs     a program is run: no shell, a clean environment, ten seconds
    background   what takes time is done here, one thing after the other

Read `opening` first. What cannot be told is a line in the log; it never fails a run.
"""
