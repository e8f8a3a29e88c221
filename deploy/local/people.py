"""The people of the development stack: six roles in each of four organisations, all fictional."""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.contracts.actor import Role

# Ids follow from names, so that they are the same in every stack.
NAMESPACE = uuid5(NAMESPACE_URL, "https://vcms.example/people")


@dataclass(frozen=True, slots=True)
class Organisation:
    key: str
    name: str

    @property
    def id(self) -> UUID:
        return uuid5(NAMESPACE, self.key)


@dataclass(frozen=True, slots=True)
class Person:
    """Who signs in: `key` is the client id, `id` the subject of the token."""

    key: str
    name: str
    organisation: Organisation
    roles: tuple[Role, ...]

    @property
    def id(self) -> UUID:
        return uuid5(NAMESPACE, self.key)


LANTERN = Organisation("lantern", "Lantern House (an example)")
MOONLIGHT = Organisation("moonlight", "บ้านแสงจันทร์ (ตัวอย่าง)")
LOTUS = Organisation("lotus", "ផ្ទះផ្កាឈូក (ឧទាហរណ៍)")
SUNFLOWER = Organisation("sunflower", "Casa Girasol (un ejemplo)")
PLATFORM = Organisation("platform", "Platform Operations (an example)")

ORGANISATIONS = (LANTERN, MOONLIGHT, LOTUS, SUNFLOWER)

# What each person of an organisation is called after, in the order of their names below.
DUTIES = (
    ("intake", Role.INTAKE_OFFICER),
    ("caseworker", Role.CASEWORKER),
    ("caseworker-2", Role.CASEWORKER),
    ("supervisor", Role.SUPERVISOR),
    ("investigator", Role.INVESTIGATOR),
    ("admin", Role.ORG_ADMIN),
)

NAMES = {
    LANTERN: (
        *("Ivy Placeholder", "Ada Sample", "Ben Sample"),
        *("Grace Fictional", "Max Pretend", "Olive Notreal"),
    ),
    MOONLIGHT: (
        *("มาลี ตัวอย่าง", "สมชาย สมมติ", "ดาว สมมติ"),
        *("วิภา ตัวอย่าง", "ก้อง สมมติ", "นภา ตัวอย่าง"),
    ),
    LOTUS: (
        *("សុភា ឧទាហរណ៍", "ចន្ទា ឧទាហរណ៍", "រតនា ឧទាហរណ៍"),
        *("បុប្ផា ឧទាហរណ៍", "វិសាល ឧទាហរណ៍", "ធីតា ឧទាហរណ៍"),
    ),
    SUNFLOWER: (
        *("Inés Ficticia", "Tomás Ejemplo", "Lucía Ejemplo"),
        *("Núria Ficticia", "Óscar Ejemplo", "Paz Ficticia"),
    ),
}

PEOPLE = (
    *(
        Person(f"{organisation.key}-{duty}", name, organisation, (role,))
        for organisation in ORGANISATIONS
        for (duty, role), name in zip(DUTIES, NAMES[organisation], strict=True)
    ),
    Person("auditor", "नमूना लेखापरीक्षक", PLATFORM, (Role.AUDITOR,)),
    Person("operator", "مشغل افتراضي", PLATFORM, (Role.OPERATOR,)),
)


def person(organisation: Organisation, duty: str) -> Person:
    """The one of an organisation with that duty: `caseworker`, `supervisor`, …"""
    return BY_KEY[f"{organisation.key}-{duty}"]


BY_KEY = {someone.key: someone for someone in PEOPLE}
AUDITOR = BY_KEY["auditor"]
OPERATOR = BY_KEY["operator"]
