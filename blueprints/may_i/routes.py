"""*May I?*: a device, a place, a time and a person, and the answer in one large word."""

import datetime as dt

from flask import Blueprint, abort, render_template, request

from blueprints.core.fields import DayField, TimeField
from blueprints.core.gate import allow, current_actor
from blueprints.core.templating import policy as policy_of_page
from enums import Role
from rules.auth.permissions import STAFF, Permission
from rules.core import clock
from rules.core.errors import NotFound
from rules.may_i import now
from rules.may_i.situation import PHONE, Whose

blueprint = Blueprint("may_i", __name__)

FIRST_DAY, LAST_DAY = dt.date(2000, 1, 2), dt.date(2199, 12, 30)
OWNERS = {
    True: {Whose.OWN: "My own", Whose.SCHOOL: "The school’s", Whose.VISITOR: "A visitor’s"},
    False: {Whose.OWN: "The pupil’s own", Whose.SCHOOL: "The school’s", Whose.VISITOR: "A visitor’s"},
}
WRONG = {"date": "Write the day like this: 23/11/2026", "time": "Write the time like this: 1:30pm"}


class Asked:
    """What was asked in the address. A day or a time that cannot be read is in `errors`, with what to do about it."""

    def __init__(self, args, policy):
        self.typed = {name: args.get(name, "").strip()[:40] for name in ("date", "time")}
        self.name, self.errors, here = args.get("name", "")[:100], {}, clock.local(clock.now())
        self.day = self._read("date", DayField.read, here.date())
        self.time = self._read("time", TimeField.read, here.time().replace(second=0, microsecond=0))
        if not FIRST_DAY <= self.day <= LAST_DAY:
            self.errors["date"], self.day = WRONG["date"], here.date()
        usual = PHONE if PHONE in policy.devices else next(iter(policy.devices))
        self.device = _one_of(args.get("device") or usual, policy.devices)
        self.zone = _one_of(args.get("place", ""), {"", *policy.zones})
        self.whose = Whose(_one_of(args.get("whose") or Whose.OWN, list(Whose)))
        self.teaching = args.get("teaching") == "y"
        self.person = _person(args.get("person", ""))

    def _read(self, name, read, usual):
        try:
            return read(self.typed[name]) if self.typed[name] else usual
        except ValueError:
            self.errors[name] = WRONG[name]
            return usual

    @property
    def wish(self):
        """What is asked, once a place has been chosen and everything could be read; else None."""
        if not self.zone or self.errors:
            return None
        what = (self.zone, self.device, self.whose, self.day, self.time)
        return now.Question(*what, teaching=self.teaching, person=self.person)


def _one_of(text, known):
    if text not in known:
        abort(422, "There is no such choice. Choose one from the list.")
    return text


def _person(text):
    """The id of whom it is about, None for oneself."""
    if text and not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise NotFound
    return int(text) if text else None


@blueprint.get("/may-i")
@allow(Permission.READ_POLICY)
def page():
    """The form, and the answer where a place was chosen. Nothing in the address says why somebody is allowed."""
    actor, policy = current_actor(), policy_of_page()
    asked = Asked(request.args, policy)
    subject = now.subject_of(actor, asked.person)
    about_me, wish = subject.id == actor.id, asked.wish
    shown = render_template(
        "may_i/page.html",
        asked=asked,
        subject=subject,
        about_me=about_me,
        answered=now.ask(actor, wish, policy) if wish else None,
        devices={key: device["name"] for key, device in policy.devices.items()},
        owners=_owners(about_me, subject),
        staff=actor.holds(*STAFF),
        children=now.children_of(actor),
        pupils=now.pupils_named(actor, asked.name),
    )
    return shown, 422 if asked.errors else 200


def _owners(about_me, subject):
    """Whose device it can be. Only of a pupil is it asked whether they may use a visitor's (clause 6.2)."""
    owners = OWNERS[about_me]
    return {key: said for key, said in owners.items() if key is not Whose.VISITOR or subject.holds(Role.PUPIL)}
