"""Who sees what: the whole table, and what holds for any holdings whatever."""

from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.actor import Role, Staff
from shared.contracts.kinds import Category
from shared.policy.disclosure import Holding, Right, permitted

HARBOUR = UUID("01970000-0000-7000-8000-00000000000a")
MERIDIAN = UUID("01970000-0000-7000-8000-00000000000b")
ANYONE = UUID("01970000-0000-7000-8000-000000000001")

SEES_CASES = {
    Role.INTAKE_OFFICER: True,
    Role.CASEWORKER: True,
    Role.SUPERVISOR: True,
    Role.INVESTIGATOR: True,
    Role.ORG_ADMIN: False,
    Role.AUDITOR: False,
    Role.PARTNER_SYSTEM: False,
    Role.OPERATOR: False,
}
OWNS_IT_ALL = {Right.OWNER: True, Right.HAND_OVER: False, Right.GRANTED: False}


def viewer(organisation: UUID, *roles: Role) -> Staff:
    return Staff(organisation, ANYONE, frozenset(roles))


def test_the_table_knows_every_role_and_every_right() -> None:
    assert SEES_CASES.keys() == set(Role)
    assert OWNS_IT_ALL.keys() == set(Right)


@pytest.mark.parametrize("organisation", [HARBOUR, MERIDIAN])
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("right", Right)
def test_every_right_role_and_organisation_for_every_category(
    right: Right, role: Role, organisation: UUID
) -> None:
    for held, asked in product(Category, Category):
        holding = Holding(HARBOUR, right, frozenset({held}))
        expected = (
            SEES_CASES[role] and organisation == HARBOUR and (OWNS_IT_ALL[right] or asked == held)
        )
        assert (asked in permitted(viewer(organisation, role), [holding])) is expected


def test_an_owner_sees_everything_even_where_no_category_is_written_down() -> None:
    assert permitted(viewer(HARBOUR, Role.CASEWORKER), [Holding(HARBOUR, Right.OWNER)]) == set(
        Category
    )


def test_two_grants_add_up() -> None:
    holdings = [
        Holding(HARBOUR, Right.GRANTED, frozenset({Category.PROFILE})),
        Holding(HARBOUR, Right.GRANTED, frozenset({Category.SERVICES})),
    ]
    assert permitted(viewer(HARBOUR, Role.CASEWORKER), holdings) == {
        Category.PROFILE,
        Category.SERVICES,
    }


def test_who_has_no_role_sees_nothing() -> None:
    assert permitted(viewer(HARBOUR), [Holding(HARBOUR, Right.OWNER)]) == frozenset()


organisations = st.sampled_from([HARBOUR, MERIDIAN, ANYONE])
roles = st.frozensets(st.sampled_from(Role))
viewers = st.builds(Staff, organisations, st.just(ANYONE), roles)
holdings = st.lists(
    st.builds(
        Holding,
        organisations,
        st.sampled_from(Right),
        st.frozensets(st.sampled_from(Category)),
    )
)


@given(viewers, holdings)
def test_nobody_sees_anything_without_a_holding_of_their_own(
    who: Staff, held: list[Holding]
) -> None:
    others = [holding for holding in held if holding.organisation != who.organisation]
    assert permitted(who, others) == frozenset()


@given(viewers, holdings)
def test_what_others_hold_changes_nothing(who: Staff, held: list[Holding]) -> None:
    own = [holding for holding in held if holding.organisation == who.organisation]
    assert permitted(who, held) == permitted(who, own)


@given(viewers, holdings, holdings)
def test_one_more_holding_never_takes_anything_away(
    who: Staff, held: list[Holding], more: list[Holding]
) -> None:
    assert permitted(who, held) <= permitted(who, held + more)


@given(viewers, roles, holdings)
def test_one_more_role_never_takes_anything_away(
    who: Staff, more: frozenset[Role], held: list[Holding]
) -> None:
    wider = Staff(who.organisation, who.staff, who.roles | more)
    assert permitted(who, held) <= permitted(wider, held)


@given(viewers, holdings)
def test_only_an_owner_sees_more_than_its_holdings_name(who: Staff, held: list[Holding]) -> None:
    lent = [holding for holding in held if holding.right is not Right.OWNER]
    named = frozenset[Category]().union(*(holding.categories for holding in lent))
    assert permitted(who, lent) <= named


@given(
    organisations,
    st.frozensets(
        st.sampled_from([Role.AUDITOR, Role.OPERATOR, Role.PARTNER_SYSTEM, Role.ORG_ADMIN])
    ),
    holdings,
)
def test_those_who_run_or_audit_the_platform_read_no_case(
    organisation: UUID, held_roles: frozenset[Role], held: list[Holding]
) -> None:
    assert permitted(Staff(organisation, ANYONE, held_roles), held) == frozenset()
