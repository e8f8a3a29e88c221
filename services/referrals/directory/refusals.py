"""Why the directory refused a command."""

from shared.contracts.refused import Refused


class OrganisationIsAlreadyRegistered(Refused):
    """It stands in the directory with other particulars."""
