"""What holds for somebody right now, in a line or two: the answer of *may I?* to where their device matters most.

It stands on everybody's page under whether pupils are on site, and changes with it.
"""

from collections import namedtuple
from typing import NamedTuple

from rules.core import changes, clock
from rules.core.changes import touched
from rules.exemption_kinds import Scope
from rules.may_i import now
from rules.may_i.answer import OFF_SITE, answer
from rules.may_i.situation import Group, Whose, group_of
from rules.site import status as site_status

# The place whose answer tells most to each group; guests are told of every place.
TELLING = {Group.PUPIL: "classroom", Group.STAFF_DIRECT: "shared-areas", Group.OTHER_STAFF: "classroom"}
OF_LESSONS = frozenset({Scope.TEACHING, Scope.HOME})

Line = namedtuple("Line", "words clause")


class RightNow(NamedTuple):
    """Whether pupils are on site, what that means for somebody, and the token that is good while this holds."""

    seen: str
    status: site_status.Status
    lines: list


def of(actor, policy, own=None):
    """What holds for this person now. Five queries at most, and the count of changes is asked for first.

    `own` are all their exemptions of these days, where they have been read already: that saves a query.
    """
    count, here = touched(), clock.local(clock.now())
    time, status = here.time(), site_status.status(policy)
    standing = now.standing_of(actor, here.date(), time, status, own) if actor.roles else None
    lines = _lines(standing, policy) if standing else []
    return RightNow(_token(count, time, standing, policy), status, lines)


def _lines(standing, policy):
    group = group_of(standing.subject.roles)
    if group is Group.GUEST:
        return [_guests(standing, policy)]
    usual = answer(standing.situation(TELLING[group], policy))
    by_permit = [line for permit in standing.permits if (line := _permitted(standing, permit, policy))]
    # What the telling place owes to an exemption is said with all its places.
    return by_permit if usual.permit and by_permit else [Line(usual.words, usual.clause), *by_permit]


def _guests(standing, policy):
    """Where a guest may use their device now: they do not know our places."""
    answers = {zone: answer(standing.situation(zone, policy)) for zone in policy.zones if zone != OFF_SITE}
    places = policy.zone_names([zone for zone, answered in answers.items() if answered.yes])
    clause = next((answered.clause for answered in answers.values() if answered.yes), "6.5")
    return Line(
        f"You may use your device in these places, silent and locked: {places}. Anywhere else ask first.", clause
    )


def _permitted(standing, permit, policy):
    """What an exemption in force allows, with its places; None where it allows nothing of one's own now."""
    if not permit.own:
        return None
    wish = {"device": permit.device, "whose": Whose.OWN, "teaching": permit.kind.opens in OF_LESSONS}
    there = [(zone, standing.situation(zone, policy, **wish)._replace(permits=(permit,))) for zone in permit.zones]
    answers = {zone: said for zone, situation in there if (said := answer(situation)).yes and said.permit}
    if not answers:
        return None
    first = next(iter(answers.values()))
    return Line(f"{first.words} {device_name(permit, policy)}: {policy.zone_names(answers)}.", first.clause)


def device_name(permit, policy):
    """The name of the kind of device that an exemption is about."""
    device = policy.devices.get(permit.device)
    return device["name"] if device else permit.device


def _token(count, time, standing, policy):
    """Good until something changes, or the clock reaches a time at which one of the lines may."""
    edges = [policy.pupils_come, policy.pupils_leave]
    if standing:
        spans = [*standing.exams, *((view.request.starts_at, view.request.ends_at) for view in standing.exemptions)]
        edges += [standing.begins, *(edge for span in spans for edge in span)]
    spelled = [f"{edge:%H:%M}" for edge in edges if edge]
    return changes.token_until(count, f"{time:%H:%M}", spelled)
