"""Types for what an offer and the directory tell in codes: no free text, so nothing that names."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from shared.runtime.wording import fault
from shared.vocabulary.htcds import HTCDS


def code_of(field: str) -> AfterValidator:
    """Any spelling that the field's vocabulary knows becomes its code; others are refused."""

    def to_code(raw: str) -> str:
        answer = HTCDS.read(field, raw)
        if answer.flagged or len(answer.codes) != 1:
            raise fault(f"is no code of {field} in {HTCDS.standard}")
        return answer.codes[0]

    return AfterValidator(to_code)


Gender = Annotated[str, StringConstraints(max_length=100), code_of("prs_Gender")]
Exploitation = Annotated[str, StringConstraints(max_length=100), code_of("vic_TypeOfExploitation")]
ServiceType = Annotated[str, StringConstraints(max_length=100), code_of("spl_Type")]
AgeBand = Annotated[
    str, StringConstraints(pattern=r"^([0-9]{1,2}(-[0-9]{1,2}|\+)|unknown, treated as a child)$")
]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
"""ISO 639."""
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""
Region = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
"""ISO 3166-1 alpha-2 or ISO 3166-2: a country or a province, never a smaller place."""
