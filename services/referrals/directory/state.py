"""An organisation in the directory as its history left it."""

from dataclasses import dataclass

from shared.contracts.referrals import DirectoryEvent, OrganisationRegistered


@dataclass(frozen=True, slots=True)
class UnknownOrganisation:
    pass


@dataclass(frozen=True, slots=True)
class RegisteredOrganisation:
    entry: OrganisationRegistered


Organisation = UnknownOrganisation | RegisteredOrganisation
NEW: Organisation = UnknownOrganisation()


def evolve(_: Organisation, event: DirectoryEvent) -> Organisation:
    return RegisteredOrganisation(event)
