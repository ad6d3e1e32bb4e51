"""Visitors to measure: years of past visits, found by words, and a day at reception, put in by raw SQL."""

import datetime as dt

from fields import UtcField
from rules import clock
from rules.obligations import policy_in_force
from rules.visit_search import text_of
from rules.visitors import name_key

from .school import TEACHERS

DAYS = 1500  # over which the past visits are spread, however many there are
EVERY = 20  # so many visits of one visitor, and one of so many with a device that was asked for
RARE, RARE_WORD = 5, "zebra"  # so many visits have the rare word, and as many a refusal, however many there are
PURPOSES = (
    "To mend the boiler of the school",
    "Reading with Kestrel class at school",
    "A lesson with a speech therapist at school",
    "A meeting about the school bus",
)
HERE, GONE, EXPECTED = 30, 20, 15
VISITOR = "INSERT INTO visitor (id, name, name_key, organisation, kind, made_at) VALUES (?, ?, ?, ?, ?, ?)"
VISIT = (
    "INSERT INTO visit (id, visitor_id, host_id, purpose, vehicle, starts_on, ends_on, announced_by_id, announced_at,"
    " revision) VALUES (?, ?, ?, ?, '', ?, ?, ?, ?, 1)"
)
STAY = (
    "INSERT INTO stay (id, visit_id, day, came_at, came_by_id, accepted_version_id, carries, needs_device, left_at,"
    " left_by_id, estimated, search_text) VALUES (?, ?, ?, ?, ?, ?, '[\"phone\"]', 0, ?, ?, 0, ?)"
)
ASKED = (
    "INSERT INTO exemption (kind, state, revision, asker_id, subject_id, visit_id, with_pupils, pupil_handles,"
    " device_kind, device, device_key, purpose, reason, zones, starts_on, ends_on, starts_at, ends_at, weekdays,"
    " audible_alert, exam_permission, conditions, approved_by, asked_at, decided_at)"
    " SELECT 'visitor-access', ?, 1, host_id, host_id, id, '', 0, 'tablet', 'Of the health trust', 'tablet',"
    " 'x', 'x', '[\"teaching-areas\"]', starts_on, starts_on, '10:00', '14:00', 127, 0, '', '', 'Hazel Winterbourne',"
    " announced_at, announced_at FROM visit WHERE id % ? = ?"
)


def fill_past(school, connection, count):
    """So many visits of the last years, all over by now, in a school that has had none."""
    moment = clock.now() - dt.timedelta(days=DAYS + 1)
    numbers = range(1, count + 1)
    with connection:
        _visitors(connection, 1, _visitor(count + HERE + GONE + EXPECTED))
        connection.executemany(VISIT, (_visit(school, n, _day(n, moment, count), _purpose(n, count)) for n in numbers))
        connection.executemany(STAY, (_stay(school, n, _day(n, moment, count), _purpose(n, count)) for n in numbers))
        connection.execute(ASKED, ("approved", EVERY, 0))
        connection.execute(ASKED, ("declined", count // RARE, 1))


def fill_day(school, connection, count):
    """A day at reception after so many visits: people in the building, some who have gone, some who are expected."""
    today = clock.now()
    with connection:
        for number in range(count + 1, count + HERE + GONE + EXPECTED + 1):
            connection.execute(VISIT, _visit(school, number, today, PURPOSES[0]))
            if number > count + EXPECTED:
                here = number <= count + EXPECTED + HERE
                connection.execute(STAY, _stay(school, number, today, PURPOSES[0], here))


def _visitor(number):
    """Whose visit it is (an id)."""
    return number // EVERY + 1


def _name(visitor):
    return f"Robin Applegarth-{visitor}"


def _organisation(visitor):
    return f"Larch Heating {visitor % 50} Ltd"


def _visitors(connection, first, last):
    at = UtcField.spell(clock.now())
    rows = ((n, _name(n), name_key(_name(n)), _organisation(n), "contractor", at) for n in range(first, last + 1))
    connection.executemany(VISITOR, rows)


def _host(school, number):
    return school.people["head"] if number % 100 == 7 else school.people["teacher0"] + number % TEACHERS


def _purpose(number, count):
    return PURPOSES[number % len(PURPOSES)] + (f", {RARE_WORD}" if number % (count // RARE) == 0 else "")


def _day(number, first, count):
    return first + dt.timedelta(days=(number - 1) * DAYS // count)


def _visit(school, number, moment, purpose):
    day, office = moment.date().isoformat(), school.people["office"]
    return (number, _visitor(number), _host(school, number), purpose, day, day, office, UtcField.spell(moment))


def _stay(school, number, moment, purpose, here=False):
    office, came, visitor = school.people["office"], UtcField.spell(moment), _visitor(number)
    gone = (None, None) if here else (UtcField.spell(moment + dt.timedelta(hours=1)), office)
    found_by = text_of(_name(visitor), _organisation(visitor), purpose, _host(school, number))
    day, version = moment.date().isoformat(), policy_in_force().version
    return (number, number, day, came, office, version, *gone, found_by)
