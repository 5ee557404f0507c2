"""Telling people and programs what happens, while the daemon works and never in its way.

    hooks       the operator's own programs, called after each file of a folder
    metrics     numbers for monitoring, in a file and at the page
    watch       the status as it changes, on a thread of its own
    programs    a program is run: no shell, a clean environment, ten seconds
    background  what takes time is done here, one thing after the other

Read `hooks` first. What cannot be told is a line in the log; it never fails a run.
"""
