"""The one way in which the commands say that they cannot go on."""


class LaunchError(Exception):
    """Something outside the product stops a command; the message is one line that a newcomer can act on."""
