import pytest

from shared.vocabulary.htcds import HTCDS, read


def test_a_code_is_read_as_itself() -> None:
    assert read("prs_Gender", "Feminine").codes == ("Feminine",)


@pytest.mark.parametrize("raw", ["debt bondage", "DEBT-BONDAGE", " Debt bondage ", "debt_bondage"])
def test_case_and_spaces_make_no_difference(raw: str) -> None:
    assert read("vic_MethodsOfControl", raw).codes == ("DebtBondage",)


def test_another_spelling_is_read_as_its_code_and_kept() -> None:
    answer = read("vic_RelationshipToTrafficker", "Unacquainted")
    assert (answer.raw, answer.codes, answer.flagged) == ("Unacquainted", ("Unaquainted",), False)


def test_several_values_are_read_one_by_one() -> None:
    answer = read("vic_TypeOfExploitation", "ForcedLabour; SexualExploitation")
    assert answer.codes == ("ForcedLabour", "SexualExploitation")


def test_an_unknown_code_is_kept_and_flagged_beside_the_known_ones() -> None:
    answer = read("vic_TypeOfExploitation", "ForcedLabour;CyberScamLabour")
    assert (answer.raw, answer.codes, answer.flagged) == (
        "ForcedLabour;CyberScamLabour",
        ("ForcedLabour",),
        True,
    )


def test_a_field_of_one_value_is_not_split() -> None:
    assert read("prs_Gender", "Feminine;Masculine").flagged


@pytest.mark.parametrize("field", sorted(HTCDS.fields))
@pytest.mark.parametrize(("raw", "code"), [("unknown", "Unknown"), ("Not asked", "NotAsked")])
def test_unknown_and_not_asked_are_answers_everywhere(field: str, raw: str, code: str) -> None:
    answer = read(field, raw)
    assert (answer.codes, answer.flagged) == ((code,), False)


def test_a_field_that_the_standard_lacks_is_kept_and_flagged() -> None:
    answer = read("local_ShoeSize", "38")
    assert (answer.raw, answer.codes, answer.flagged) == ("38", (), True)


@pytest.mark.parametrize(
    "spelling", ["vic_Methods_of_Control", "VIC_METHODSOFCONTROL", "vic_MethodsOfControl"]
)
def test_a_field_is_known_by_other_spellings_of_its_name(spelling: str) -> None:
    assert HTCDS.name(spelling) == "vic_MethodsOfControl"


@pytest.mark.parametrize(
    ("field", "raw", "codes"),
    [
        ("prs_Citizenship", "kh;LA", ("KH", "LA")),
        ("prs_Citizenship", "Cambodia", ()),
        ("prs_PrimaryLanguage", "KHM", ("khm",)),
        ("prs_PrimaryLanguage", "Khmer language", ()),
        ("prs_NumberOfChildren", "2", ("2",)),
        ("prs_NumberOfChildren", "-1", ()),
    ],
)
def test_countries_languages_and_numbers_are_known_by_their_shape(
    field: str, raw: str, codes: tuple[str, ...]
) -> None:
    answer = read(field, raw)
    assert (answer.codes, answer.flagged) == (codes, not codes)


def test_every_spelling_leads_to_a_code_of_its_field() -> None:
    for field in HTCDS.fields.values():
        assert set(field.aliases.values()) <= set(field.codes)
