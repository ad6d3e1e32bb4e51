"""Who may what."""

import pytest

from enums import Role
from rules.auth.permissions import (
    GIVEN_BY_HEADTEACHER,
    MAY_BE_DELEGATE,
    SENTENCES,
    STAFF,
    WHO_MAY,
    Actor,
    Permission,
    matrix,
    permissions_of,
)
from rules.core.errors import NotAllowed

# By hand from the policy: what each role may do beyond its own page and reading the policy.
ASK, DECIDE, DELEGATE = Permission.ASK_EXEMPTION, Permission.DECIDE_EXEMPTIONS, Permission.DELEGATE
TODAY, AUDIT, PEOPLE = Permission.SEE_TODAY, Permission.READ_AUDIT, Permission.MANAGE_PEOPLE
STORIES = Permission.READ_CHRONOLOGIES
SIGN, PAPER, TEMPLATE = Permission.SIGN_AGREEMENT, Permission.RECORD_SIGNATURE, Permission.KEEP_TEMPLATE
LESSON, CLASS = Permission.RUN_ACTIVITY, Permission.SEE_CLASS
EXAMS, REPORT, SETTLE = Permission.MANAGE_EXAMS, Permission.REPORT_EXAM, Permission.SETTLE_EXAM_REPORTS
# What every member of staff may do about visitors, and what reception, the DSL and the headteacher do beyond it.
VISITS = {Permission.ANNOUNCE_VISITORS, Permission.REPORT_VISITOR_CONCERN}
RECEIVE, LOG = Permission.RECEIVE_VISITORS, Permission.READ_VISITOR_LOG
MERGE, VISITORS = Permission.MERGE_VISITORS, Permission.COUNT_VISITORS
TABLETS = Permission.KEEP_TABLETS
CONCERNS, SIGNS = Permission.READ_VISITOR_CONCERNS, Permission.CHECK_SIGNS
DRAFT, PUBLISH = Permission.DRAFT_POLICY, Permission.PUBLISH_POLICY
SITE = Permission.KEEP_SITE
LOCKERS, QUEUE, OWN_LOCKER = Permission.KEEP_LOCKERS, Permission.RECEIVE_DEVICES, Permission.USE_OWN_LOCKER
DEVICES, LEND, LET = Permission.READ_DEVICES, Permission.KEEP_DEVICES, Permission.LET_ROLES_BORROW
READ_BY, COUNT = {Permission.READ_ACKNOWLEDGEMENTS, Permission.REMIND_OF_POLICY}, Permission.COUNT_ACKNOWLEDGEMENTS
NOT_IN = Permission.KEEP_WATCHLIST
EVERYBODYS = {Permission.USE_OWN_PAGE, Permission.READ_POLICY}
BEYOND = {
    Role.HEADTEACHER: VISITS
    | READ_BY
    | {COUNT}
    | {DEVICES, LEND, LET}
    | {SITE, LOCKERS}
    | {ASK, DECIDE, DELEGATE, TODAY, STORIES, AUDIT, PEOPLE, PAPER, TEMPLATE, EXAMS, REPORT, SETTLE}
    | {RECEIVE, TABLETS, LOG, MERGE, VISITORS, CONCERNS, SIGNS, NOT_IN}
    | {DRAFT, PUBLISH},
    Role.DSL: VISITS
    | READ_BY
    | {COUNT}
    | {DRAFT}
    | {ASK, TODAY, STORIES, AUDIT, REPORT, LOG, MERGE, VISITORS, CONCERNS, NOT_IN},
    Role.DEPUTY_DSL: VISITS | {ASK, TODAY, STORIES, REPORT},
    Role.SLT: VISITS | {DEVICES} | {ASK, DECIDE, TODAY, STORIES, REPORT, SIGNS},
    Role.STAFF_DIRECT: VISITS | {OWN_LOCKER} | {ASK, LESSON, CLASS, REPORT},
    Role.STAFF_NONDIRECT: VISITS | {ASK, REPORT},
    Role.OFFICE: VISITS
    | READ_BY
    | {COUNT}
    | {DEVICES, LEND}
    | {SITE, LOCKERS, QUEUE}
    | {ASK, TODAY, PEOPLE, PAPER, EXAMS, REPORT, RECEIVE, TABLETS, LOG, MERGE, VISITORS, SIGNS},
    Role.PUPIL: {ASK, SIGN},
    Role.PARENT: {ASK, SIGN},
    Role.GOVERNOR: {COUNT, VISITORS},
    Role.REGIONAL_DIRECTOR: {DECIDE, COUNT, VISITORS},
    Role.REGULAR_VISITOR: set(),
}


def somebody(*roles, delegate_of=None):
    return Actor(1, "somebody", "Somebody Invented", "", frozenset(roles), delegate_of)


@pytest.mark.parametrize("role", Role)
def test_each_role_may_exactly_what_the_policy_gives_it(role):
    assert permissions_of(frozenset({role})) == EVERYBODYS | BEYOND[role]


def test_somebody_whose_roles_have_all_ended_has_a_page_of_their_own_and_nothing_else():
    assert permissions_of(frozenset()) == {Permission.USE_OWN_PAGE}
    with pytest.raises(NotAllowed):
        somebody().must(Permission.READ_POLICY)


def test_two_roles_add_up():
    assert permissions_of(frozenset({Role.DSL, Role.SLT})) == EVERYBODYS | BEYOND[Role.DSL] | BEYOND[Role.SLT]


@pytest.mark.parametrize("role", sorted(MAY_BE_DELEGATE))
def test_the_delegate_may_decide_and_settle_and_nothing_else_of_the_headteachers(role):
    before, after = somebody(role), somebody(role, delegate_of=7)
    assert after.permissions - before.permissions <= {DECIDE, SETTLE}
    assert after.may(DECIDE)
    assert after.may(SETTLE)


@pytest.mark.parametrize("permission", Permission)
def test_every_permission_has_somebody_who_holds_it(permission):
    assert WHO_MAY[permission]


@pytest.mark.parametrize("role", Role)
def test_whoever_decides_or_reads_in_confidence_gets_the_role_from_the_headteacher(role):
    if {DECIDE, DELEGATE, AUDIT} & BEYOND[role]:
        assert role in GIVEN_BY_HEADTEACHER


def test_a_pupil_a_parent_a_governor_and_a_visitor_are_not_staff():
    assert STAFF.isdisjoint(
        {Role.PUPIL, Role.PARENT, Role.GOVERNOR, Role.REGIONAL_DIRECTOR, Role.REGULAR_VISITOR},
    )


def test_the_printed_table_names_each_permission_with_its_roles():
    lines = matrix().splitlines()
    assert len(lines) == len(Permission)
    for permission, line in zip(Permission, lines, strict=True):
        assert line.startswith(SENTENCES[permission])
        assert line.split("  ")[-1].strip() == ", ".join(sorted(WHO_MAY[permission]))
