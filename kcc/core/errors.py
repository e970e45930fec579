"""The faults the domain can raise; ``kcc.web.errors`` turns each into one page, once.

Messages are Dutch message ids: they are translated where they are shown.
"""


class KCCError(Exception):
    """Base of all expected faults; ``message`` is fit for the reader and holds no personal data."""

    message = "Dit kan nu niet."

    def __init__(self, message: str | None = None, **details: object) -> None:
        super().__init__(message or self.message)
        self.message = message or self.message
        self.details = details


class BadConfiguration(KCCError):
    """The surroundings are not fit to start in."""


class ScopeMissing(KCCError):
    """SQL was tried outside a scope: a fault of ours, never of the reader."""


class Maintenance(KCCError):
    """Nothing may be written now; the message is the one that was set with the switch."""


class NotFound(KCCError):
    """Absent, or of another municipality: the two are deliberately the same."""

    message = "Dit bestaat niet (meer)."


class NotAllowed(KCCError):
    """The person may not do this to this thing."""

    message = "U mag dit niet doen."


class InvalidInput(KCCError):
    """What was typed is refused; ``field`` names where."""

    message = "Controleer wat u hebt ingevuld."

    def __init__(self, message: str | None = None, field: str | None = None, **details: object) -> None:
        super().__init__(message, **details)
        self.field = field


class InvalidState(KCCError):
    """The thing is no longer in a state in which this can be done."""

    message = "Dit kan niet meer: iemand anders was u voor."


class Conflict(KCCError):
    """The reader worked with an older version of the thing."""

    message = "Iemand anders heeft dit intussen gewijzigd. Uw tekst is bewaard; bekijk de wijziging en probeer opnieuw."
