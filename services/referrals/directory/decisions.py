"""Who enters the directory. Pure."""

from collections.abc import Sequence
from datetime import datetime

from services.referrals.directory.commands import DirectoryCommand
from services.referrals.directory.refusals import OrganisationIsAlreadyRegistered
from services.referrals.directory.state import Organisation, UnknownOrganisation
from shared.contracts.referrals import DirectoryEvent, OrganisationRegistered


def decide(
    command: DirectoryCommand, organisation: Organisation, now: datetime
) -> Sequence[DirectoryEvent]:
    """The events that follow from the command.

    Raises:
        OrganisationIsAlreadyRegistered: with other particulars; the same ones are no news.
    """
    entry = OrganisationRegistered(
        command.organisation, command.name, command.kind, command.country, command.services
    )
    if isinstance(organisation, UnknownOrganisation):
        return [entry]
    if organisation.entry != entry:
        raise OrganisationIsAlreadyRegistered
    return []
