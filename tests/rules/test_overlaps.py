"""Exemptions in each other's way: the same person, the same device, at overlapping times."""

import datetime as dt
import random

import pytest

from enums import ExemptionState
from models import Exemption
from rules import cases, decisions
from rules.errors import Invalid
from rules.overlaps import overlapping
from tests.conftest import ACCESS, KNOWN_FAMILY, TEACHING_PERIOD
from tests.rules.stories import (
    EVERY_KIND,
    MONDAY,
    TUESDAY,
    approve,
    ask,
    asker_of,
    asking_is_refused,
    decider_of,
    fitting,
    kind_name,
    permitted,
    revision,
)

every_kind = pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
WEDNESDAY = dt.date(2026, 11, 25)
MONDAYS, TUESDAYS = 1, 2


@every_kind
def test_the_same_device_is_not_asked_for_again_while_it_is_permitted(cast, kind):
    permitted(asker_of(kind), kind)
    found = asking_is_refused(
        asker_of(kind), kind, device="MY own  phone, BLUE view", starts_at=dt.time(14, 59), ends_at=dt.time(16)
    )
    assert "There is permission for this device already" in found["starts_on"]


def apart(kind):
    """What makes a request of a kind something else than the one that is permitted."""
    found = {
        "another device": {"device": "Another phone"},
        "the days after it": {"starts_on": WEDNESDAY, "ends_on": WEDNESDAY},
        "another kind of device": {"device_kind": "tablet"},
    }
    if not kind.all_day:
        found["the hours after it"] = {"starts_at": dt.time(15, 0), "ends_at": dt.time(16, 0)}
    return found.items()


@pytest.mark.parametrize(
    ("kind", "changed"),
    [pytest.param(kind, changed, id=f"{name}-{kind.id}") for kind in EVERY_KIND for name, changed in apart(kind)],
)
def test_what_does_not_overlap_with_a_permission_may_be_asked_for(cast, kind, changed):
    permitted(asker_of(kind), kind)
    assert cases.find(ask(asker_of(kind), kind, **changed)).state is ExemptionState.SUBMITTED


def test_other_days_of_the_week_do_not_overlap(cast):
    permitted(cast.parent, ACCESS, weekdays=MONDAYS)
    assert ask(cast.parent, ACCESS, weekdays=TUESDAYS)
    assert asking_is_refused(cast.parent, ACCESS, weekdays=MONDAYS | TUESDAYS).keys() == {"starts_on"}


def test_somebody_elses_permission_is_not_in_the_way(cast):
    permitted(cast.assistant, by=cast.head)
    permitted(cast.parent, ACCESS)
    assert cases.find(ask(cast.teacher)).state is ExemptionState.SUBMITTED
    assert cases.find(ask(cast.other_parent, ACCESS, subject=cast.other_pupil.id)).state is ExemptionState.SUBMITTED


def test_a_pupils_device_is_the_same_whoever_asks(cast):
    permitted(cast.parent, ACCESS)
    for asker in (cast.teacher, cast.pupil):
        assert asking_is_refused(asker, ACCESS).keys() == {"starts_on"}


def test_a_confidential_declaration_is_never_given_away_by_an_overlap(cast):
    """Clause 8.4: a refusal would tell that there is one."""
    permitted(cast.teacher, KNOWN_FAMILY)
    assert ask(cast.teacher, TEACHING_PERIOD)


@every_kind
def test_the_second_of_two_overlapping_requests_is_not_approved(cast, kind):
    first, second = ask(asker_of(kind), kind), ask(asker_of(kind), kind, reason="The same again.")
    after = ask(asker_of(kind), kind, starts_on=WEDNESDAY, ends_on=WEDNESDAY)
    approve(cast.head, first)
    with pytest.raises(decisions.NotReady, match="same device already has permission"):
        approve(decider_of(cases.find(second)), second)
    approve(cast.head, after)
    decisions.revoke(cast.head, first, revision(first), "No more.")
    approve(cast.head, second)
    assert cases.find(second).state is ExemptionState.APPROVED


def test_two_windows_that_share_a_weekday_but_no_day_do_not_overlap(cast):
    """Mondays of this week, and Mondays of the next: the days from Tuesday on that they share have no Monday."""
    permitted(cast.parent, ACCESS, weekdays=MONDAYS, ends_on=dt.date(2026, 11, 27))
    try:
        second = ask(cast.parent, ACCESS, weekdays=MONDAYS, starts_on=TUESDAY, ends_on=dt.date(2026, 11, 30))
    except Invalid as invalid:
        pytest.fail(str(invalid))
    approve(cast.head, second)
    assert cases.find(second).request.starts_on > MONDAY


def days_of(window):
    """Every day on which a window is open, counted one by one."""
    length = (window.ends_on - window.starts_on).days + 1
    every = (window.starts_on + dt.timedelta(days=number) for number in range(length))
    return {day for day in every if window.weekdays >> day.weekday() & 1}


def test_windows_overlap_exactly_where_they_share_a_day_and_a_minute(cast):
    """Compared with counting the days one by one, for many windows."""
    kept, chance = permitted(cast.parent, ACCESS), random.Random(20261123)

    def columns():
        first = MONDAY + dt.timedelta(days=chance.randrange(8))
        hour = chance.randrange(7, 10)
        return {
            "starts_on": first,
            "ends_on": first + dt.timedelta(days=chance.randrange(12)),
            "starts_at": dt.time(hour),
            "ends_at": dt.time(hour + chance.randrange(1, 3)),
            "weekdays": chance.randrange(1, 128) & chance.randrange(1, 128) or 1,
        }

    met = 0
    for _ in range(600):
        there, wanted = fitting(ACCESS, **columns()), fitting(ACCESS, **columns())
        Exemption.update({name: getattr(there, name) for name in columns()}).where(Exemption.id == kept).execute()
        shared = days_of(there) & days_of(wanted)
        clash = bool(shared) and there.starts_at < wanted.ends_at and wanted.starts_at < there.ends_at
        assert (overlapping(ACCESS, cast.pupil.id, wanted) is not None) == clash
        met += clash
    assert 20 < met < 580
