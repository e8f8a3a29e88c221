"""A field of a body whose values are the codes of an HTCDS picklist, and nothing else.

Gender = Annotated[str, CodeOf("prs_Gender")]
"""

from dataclasses import dataclass

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from shared.vocabulary.htcds import HTCDS


@dataclass(frozen=True, slots=True)
class CodeOf:
    """`Unknown` and `NotAsked` are values of every field."""

    field: str

    @property
    def codes(self) -> list[str]:
        return [*HTCDS.fields[self.field].codes, *HTCDS.everywhere]

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.literal_schema(self.codes)
