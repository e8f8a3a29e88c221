"""Why an auditor is refused."""

from shared.contracts.refused import Refused


class ReplayAlreadyOpened(Refused):
    pass
