"""Why something is not shown or done; the text is for who asked."""


class RefusedError(Exception):
    """What was asked for is not there, or cannot be done."""


class StaleError(RefusedError):
    """What was answered or taken back is no longer so, or is otherwise."""
