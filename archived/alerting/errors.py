"""What may go wrong on the way to who is told."""


class NotTaken(Exception):
    """The other side did not take the message; in words. It may be tried again."""
