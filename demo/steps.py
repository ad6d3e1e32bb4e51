"""What people of the demo school do in their week, as steps that are taken with the clock stopped."""

import datetime as dt

from models import Person
from rules import cases, clock, delegation, exemptions
from rules.actors import actor_of_person
from rules.exemption_checks import Request
from rules.exemption_kinds import KINDS


class Story:
    """The week as it is told: its days are counted from `today`, and what was asked is found again by a key."""

    def __init__(self, today):
        self.today, self.asked = today, {}

    def day(self, days):
        """The day so many days from today."""
        return self.today + dt.timedelta(days=days)

    def moment(self, days, at):
        """The moment of a step; `at` reads 09:10."""
        return clock.at(self.day(days), clock.read_time(at))


def _who(username):
    return actor_of_person(Person.get(Person.username == username).id)


def ask(key, who, kind, device, purpose, reason, zones, days, times, answers=None):
    """Somebody asks. `device` reads "phone: My own phone", `days` are the first and the last, `times` 09:00-12:00."""
    device_kind, _, which = device.partition(": ")
    start, end = (clock.read_time(part) for part in times.split("-"))

    def step(story):
        first = story.day(days[0])
        last = min(story.day(days[-1]), clock.academic_year_end(first))  # as the rules want it at the end of August
        places = tuple(zones.split())
        request = Request(device_kind, which, purpose, reason, places, first, last, start, end)
        story.asked[key] = exemptions.submit(_who(who), KINDS[kind], request, answers)

    return step


def decide(key, who, rule, *words):
    """Somebody decides what was asked under `key`, by a rule of `rules.decisions`."""

    def step(story):
        exemption = story.asked[key]
        rule(_who(who), exemption, cases.find(exemption).revision, *words)

    return step


def withdraw(key, who):
    """Somebody withdraws what they asked for under `key`."""
    return lambda story: exemptions.withdraw(_who(who), story.asked[key])


def stand_in(giver, delegate, days):
    """The headteacher names who decides in their place."""
    return lambda story: delegation.give(_who(giver), _who(delegate).id, *map(story.day, days))
