from uuid import UUID

from services.intake.commands import RegisterPerson
from services.intake.decisions import decide_person
from services.intake.refusals import PersonIsAlreadyRegistered
from services.intake.state import NO_PERSON, evolve_person
from shared.contracts.intake import PersonRegistered
from shared.contracts.marks import Clear
from tests.support.specification import Specification

PERSON, SHELTER = UUID(int=1), UUID(int=2)
NAMES: Clear[tuple[str, ...]] = Clear(("Mali Example",))
BORN, GENDER = Clear("2011-05"), Clear("Feminine")
COUNTRIES: Clear[tuple[str, ...]] = Clear(("TH",))
LANGUAGES: Clear[tuple[str, ...]] = Clear(("tha",))

REGISTER = RegisterPerson(PERSON, SHELTER, NAMES, BORN, GENDER, COUNTRIES, LANGUAGES)
REGISTERED = PersonRegistered(PERSON, SHELTER, NAMES, BORN, GENDER, COUNTRIES, LANGUAGES)

person = Specification(NO_PERSON, decide_person, evolve_person)


def test_a_person_is_registered() -> None:
    person.given().when(REGISTER).then(REGISTERED)


def test_a_person_is_registered_once() -> None:
    person.given(REGISTERED).when(REGISTER).refused(PersonIsAlreadyRegistered)
