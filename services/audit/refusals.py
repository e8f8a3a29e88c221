"""Why an auditor, or anybody who asks for a proof, is refused."""

from shared.contracts.refused import Refused


class ReplayAlreadyOpened(Refused):
    """This replay was opened before; a new one gets an id of its own."""


class NoSuchTree(Refused):
    """The log never had that size, or not yet; or the leaf lies outside it."""

    status = 422
