"""The closed lists that events and interfaces share."""

from enum import StrEnum


class Channel(StrEnum):
    """How a report came in."""

    HOTLINE = "hotline"
    WALK_IN = "walk_in"
    POLICE = "police"
    PARTNER = "partner"
    LETTER = "letter"


class NumberKind(StrEnum):
    GOVERNMENT = "government"
    ORGANISATION = "organisation"


class ReferralKind(StrEnum):
    """`service` shares and the owner stays; in a `transfer` the case changes hands."""

    SERVICE = "service"
    TRANSFER = "transfer"


class Urgency(StrEnum):
    EMERGENCY = "emergency"
    URGENT = "urgent"
    NORMAL = "normal"


class Category(StrEnum):
    """What a disclosure may hold."""

    IDENTITY = "identity"
    PROFILE = "profile"
    NUMBERS = "numbers"
    SERVICES = "services"
    HISTORY = "history"
    EVIDENCE = "evidence"


EVERYTHING = tuple(Category)


class OrganisationType(StrEnum):
    """HTCDS 2.0 `org_Type`."""

    NGO = "NGO"
    LAW_ENFORCEMENT = "LawEnforcement"
    HEALTH_SERVICE_ORGANISATION = "HealthServiceOrganisation"
    CENTRAL_GOVERNMENT_ORGANISATION = "CentralGovernmentOrganisation"
    LOCAL_GOVERNMENT_ORGANISATION = "LocalGovernmentOrganisation"
    IMMIGRATION_SERVICE = "ImmigrationService"
    LEGAL_SERVICE = "LegalService"
    CORPORATE_BUSINESS = "CorporateBusiness"
    SCHOOL_OR_COLLEGE = "SchoolOrCollege"


class TransferRefusal(StrEnum):
    """Why a case did not change hands."""

    NOT_THE_OWNER = "not_the_owner"
    TRANSFER_AWAITS_ARRIVAL = "transfer_awaits_arrival"
    NO_SUCH_CASE = "no_such_case"
