"""Why an auditor, or anybody who asks for a proof, is refused."""

from shared.contracts.refused import Refused


class ReplayAlreadyOpened(Refused):
    pass


class NoSuchTree(Refused):
    """The log never had that size, or not yet; or the leaf lies outside it."""

    status = 422
