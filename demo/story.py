"""What people of the demo school do in their week, as steps that are taken with the clock stopped."""

import datetime as dt

from demo.people import DEMO_PASSWORD
from enums import RequiredSigners
from models import Person
from rules.agreements import agreements, signing
from rules.auth.actors import actor_of_person
from rules.concerns import visitor_concerns
from rules.core import clock
from rules.decisions import deciding
from rules.exams import reports, sittings
from rules.exams.reports import ANOTHER, Report, Settlement
from rules.exams.sittings import SittingDetails
from rules.exemption_kinds import KINDS
from rules.exemptions import lifecycle, queries
from rules.exemptions.request import Request
from rules.people import delegation
from rules.policy.in_force import policy_in_force
from rules.reception import announcing, stays
from rules.visitors import signs, validation


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

    def minutes_ago(self, minutes):
        """The moment so many minutes ago, or the beginning of today where that was yesterday."""
        return max(clock.now() - dt.timedelta(minutes=minutes), self.moment(0, "00:00"))


def _id(username):
    return Person.get(Person.username == username).id


def who_is(username):
    """Somebody of the demo school, as who does something."""
    return actor_of_person(_id(username))


def _times(text):
    return (clock.read_time(part) for part in text.split("-"))


def ask(key, who, kind, device, purpose, reason, zones, days, times, answers=None, **more):
    """Somebody asks. `device` reads "phone: My own phone", `days` are the first and the last, `times` 09:00-12:00.

    `pupil` or `pupils` (usernames, with spaces) or `visit` (its key) say for whom; other words are fields of the
    request.
    """
    device_kind, _, which = device.partition(": ")
    pupil, pupils, visit = more.pop("pupil", None), more.pop("pupils", "").split(), more.pop("visit", None)

    def step(story):
        first = story.day(days[0])
        last = min(story.day(days[-1]), clock.academic_year_end(first))  # as the rules want it at the end of August
        start, end = _times(times)
        places = tuple(zones.split())
        whom = {"subject": _id(pupil) if pupil else None, "pupils": tuple(map(_id, pupils))}
        whom |= {"visit": story.asked[visit]} if visit else {}
        request = Request(device_kind, which, purpose, reason, places, first, last, start, end, **whom, **more)
        given = {prerequisite: _on_days(story, asked) for prerequisite, asked in (answers or {}).items()}
        story.asked[key] = lifecycle.submit(who_is(who), KINDS[kind], request, given)

    return step


def _on_days(story, answers):
    """Answers with their days: a number of days from today stands for the day."""
    number = {key: value for key, value in answers.items() if isinstance(value, int) and not isinstance(value, bool)}
    return {**answers, **{key: story.day(value).isoformat() for key, value in number.items()}}


def talk(key, who, prerequisite, people, days, outcome):
    """Somebody writes down a discussion about what was asked under `key`, held so many days from today."""

    return complete(key, who, prerequisite, {"who": people, "when": days, "outcome": outcome})


def complete(key, who, prerequisite, answers):
    """Somebody completes a prerequisite of what was asked under `key`; numbers in the answers are days from today."""
    return lambda story: lifecycle.complete(who_is(who), story.asked[key], prerequisite, _on_days(story, answers))


def decide(key, who, rule, *words):
    """Somebody decides what was asked under `key`, by a rule of `rules.decisions.deciding`."""

    def step(story):
        exemption = story.asked[key]
        rule(who_is(who), exemption, queries.find(exemption).revision, *words)

    return step


def approve_for_parent_alone(key, who, why):
    """Approve with an agreement that a parent signs alone."""

    def step(story):
        view = queries.find(story.asked[key])
        template = agreements.template(policy_in_force())
        terms = template._replace(signers=RequiredSigners.PARENT, signers_reason=why)
        deciding.approve(who_is(who), view.id, view.revision, "", terms)

    return step


def sign(key, who):
    """Somebody signs the agreement about what was asked under `key` on their own page."""

    def step(story):
        actor, newest = who_is(who), agreements.newest_of(queries.find(story.asked[key]))
        signing.sign(actor, newest.id, actor.name, True, DEMO_PASSWORD)

    return step


def sign_on_paper(key, who, signer, days, witness, kept_at):
    """The office records that somebody has signed on paper."""

    def step(story):
        newest = agreements.newest_of(queries.find(story.asked[key]))
        signing.record_paper(who_is(who), newest.id, signing.Paper(_id(signer), story.day(days), witness, kept_at))

    return step


def run(key, who, rule):
    """A teacher starts or ends the activity asked for under `key`, by a rule of `rules.exemptions.activities`."""
    return lambda story: rule(who_is(who), story.asked[key])


def withdraw(key, who):
    """Somebody withdraws what they asked for under `key`."""
    return lambda story: lifecycle.withdraw(who_is(who), story.asked[key])


def stand_in(giver, delegate, days):
    """The headteacher names who decides in their place."""
    return lambda story: delegation.give(who_is(giver), who_is(delegate).id, *map(story.day, days))


def sit(who, exam, body, days, times, candidates):
    """The office enters an exam sitting."""

    def step(story):
        start, end = _times(times)
        pupils = tuple(map(_id, candidates.split()))
        sittings.save(who_is(who), SittingDetails(exam, body, story.day(days), start, end, sittings.ROOM, pupils))

    return step


def report(key, who, exam, body, candidate, days, at, device, happened):
    """Somebody reports a device that was found in an exam."""

    def step(story):
        found = (story.day(days), clock.read_time(at))
        story.asked[key] = reports.make(
            who_is(who), Report(ANOTHER, exam, body, _id(candidate), *found, device, happened)
        )

    return step


def settle(key, who, days, reference, outcome):
    """The headteacher writes down what the examining body was told and answered."""

    def step(story):
        actor = who_is(who)
        kept = reports.find(actor, story.asked[key])
        reports.settle(actor, kept.id, kept.revision, Settlement(story.day(days), reference, outcome))

    return step


def look_at_sign(who, place, wrong=""):
    """Somebody looks at a sign for visitors; without `wrong` it is in order."""
    return lambda story: signs.check(who_is(who), place, not wrong, wrong)


def tell(key, who, whom, place, seen, challenged, answer):
    """Somebody reports what a visitor did."""

    def step(story):
        told = visitor_concerns.Report(None, whom, place, seen, challenged, answer)
        story.asked[key] = visitor_concerns.make(who_is(who), told)

    return step


def tell_more(key, who, text):
    """Somebody adds to what was reported under `key`."""
    return lambda story: visitor_concerns.add(who_is(who), story.asked[key], text)


def has_read(key, who):
    """The headteacher or the DSL says that they have read what was reported under `key`."""
    return lambda story: visitor_concerns.read(who_is(who), story.asked[key])


def announce(key, who, host, names, organisation, kind, purpose, days, times, vehicle=""):
    """Somebody announces visitors: `names` with semicolons between them, the first one found again under `key`."""

    def step(story):
        name, *others = names.split("; ")
        start, end = _times(times) if times else (None, None)
        days_of = (story.day(days[0]), story.day(days[-1]))
        said = validation.VisitDetails(name, organisation, kind, _id(host), *days_of, purpose, start, end, vehicle)
        story.asked[key] = announcing.announce(who_is(who), said._replace(more_names=tuple(others)))[0]

    return step


def come(key, who, carries):
    """Reception signs in the first visitor announced under `key`, with these kinds of device."""

    def step(story):
        story.asked[f"{key} stay"] = stays.sign_in(
            who_is(who), story.asked[key], True, carries.split(), policy_in_force().version
        )

    return step


def go(key, who):
    """Reception signs that visitor out."""
    return lambda story: stays.sign_out(who_is(who), story.asked[f"{key} stay"])
