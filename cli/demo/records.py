"""The 500 synthetic records, and what each says in the words of HTCDS 2.0.

A flag of 1 is a fact; 0 means unknown and says nothing. Where CTDC has merged several means of
control into one column, the column's name is kept as it came: no finer code can be said.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

AGE_BANDS = ("", "0-8", "9-17", "18-20", "21-23", "24-26", "27-29", "30-38", "39-47", "48+")

CONTROL = {
    "Means Debt Bondage Earnings": "meansDebtBondageEarnings",
    "Means Threats": "meansThreats",
    "Means Abuse": "meansAbusePsyPhySex",
    "Means False Promises": "FalsePromises",
    "Means Drugs Alcohol": "PsychoactiveSubstance",
    "Means Deny Basic Needs": "meansDenyBasicNeeds",
    "Means Excessive Work Hours": "ExcessiveWorkingHours",
    "Means Withhold Docs": "WithholdsDocuments",
}
EXPLOITATION = {"isForcedLabour": "ForcedLabour", "isSexualExploit": "SexualExploitation"}
RELATION = {
    "Recruiter Relation Family": "Familial",
    "Recruiter Relation Intimate Partner": "Acquainted",
    "Recruiter Relation Friend": "Acquainted",
    "Recruiter Relation Other": "recruiterRelationOther",
}
GENDER = {"Woman": "Feminine", "Trans/NonConforming": "NonConforming"}
UNKNOWN_GENDER = "NonSpecifiedUnknown"


@dataclass(frozen=True, slots=True)
class Record:
    """One row. `age_band` is empty where it is unknown."""

    number: int
    age_band: str
    gender: str
    exploitation: tuple[str, ...]
    control: tuple[str, ...]
    relation: str

    @property
    def profile(self) -> dict[str, str]:
        """HTCDS field to value; several values are separated by semicolons."""
        said = {
            "prs_Gender": self.gender,
            "vic_TypeOfExploitation": ";".join(self.exploitation),
            "vic_MethodsOfControl": ";".join(self.control),
            "vic_RelationshipToTrafficker": self.relation,
            "vic_TraffickingStatus": "ActualVictimOfTrafficking",
        }
        return {field: value or "Unknown" for field, value in said.items()}


def records() -> Iterator[Record]:
    with files("cli.demo").joinpath("ctdc/records.csv").open(encoding="utf-8") as lines:
        for number, row in enumerate(csv.DictReader(lines)):
            yield Record(
                number=number,
                age_band=AGE_BANDS[int(row["Age Band"])],
                gender=next(iter(_said(row, GENDER)), UNKNOWN_GENDER),
                exploitation=_said(row, EXPLOITATION),
                control=_said(row, CONTROL),
                relation=next(iter(_said(row, RELATION)), ""),
            )


def _said(row: Mapping[str, str], columns: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(value for column, value in columns.items() if row[column] == "1")
