"""Types for what an offer and the directory tell in codes: no free text, so nothing that names."""

from typing import Annotated

from pydantic import StringConstraints

from shared.vocabulary.codes import CodeOf

Gender = Annotated[str, CodeOf("prs_Gender")]
Exploitation = Annotated[str, CodeOf("vic_TypeOfExploitation")]
ServiceType = Annotated[str, CodeOf("spl_Type")]
AgeBand = Annotated[
    str, StringConstraints(pattern=r"^([0-9]{1,2}(-[0-9]{1,2}|\+)|unknown, treated as a child)$")
]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
"""ISO 639."""
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""
Region = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
"""ISO 3166-1 alpha-2 or ISO 3166-2: a country or a province, never a smaller place."""
