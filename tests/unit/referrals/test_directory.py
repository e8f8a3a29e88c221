"""Who enters the directory."""

from dataclasses import replace
from uuid import UUID

from services.referrals.directory.commands import DirectoryCommand, RegisterOrganisation
from services.referrals.directory.decisions import decide
from services.referrals.directory.refusals import OrganisationIsAlreadyRegistered
from services.referrals.directory.state import NEW, Organisation, evolve
from shared.contracts.kinds import OrganisationType
from shared.contracts.referrals import DirectoryEvent, OrganisationRegistered
from tests.support.specification import Specification

directory: Specification[DirectoryCommand, Organisation, DirectoryEvent] = Specification(
    NEW, decide, evolve
)
REGISTER = RegisterOrganisation(
    UUID(int=1), "Harbour Light (fictional)", OrganisationType.NGO, "TH", ("Shelter",)
)
REGISTERED = OrganisationRegistered(
    REGISTER.organisation, REGISTER.name, REGISTER.kind, REGISTER.country, REGISTER.services
)


def test_an_organisation_enters_the_directory() -> None:
    directory.given().when(REGISTER).then(REGISTERED)


def test_the_same_particulars_again_are_no_news() -> None:
    directory.given(REGISTERED).when(REGISTER).then()


def test_other_particulars_are_refused() -> None:
    directory.given(REGISTERED).when(replace(REGISTER, country="KH")).refused(
        OrganisationIsAlreadyRegistered
    )
