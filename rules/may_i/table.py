"""Every answer of *may I?* as one document: role × place × pupils on site × whose device × with and without exemption.

`flask may-i table` prints it; `docs/may-i.md` is that text, and a test holds the two together.
"""

from itertools import product

from enums import Role
from rules.auth.permissions import ROLE_NAMES
from rules.exemption_kinds import KINDS, Scope
from rules.exemptions.view import Validity
from rules.may_i.answer import SECURE_STORE, answer
from rules.may_i.situation import EXAM_ROOM, PHONE, Group, Permit, Reach, Site, Situation, Whose, group_of

SITES = {
    Site.NOT_YET: "before pupils come",
    Site.HERE: "pupils on site",
    Site.LEFT: "all have left",
    Site.NO_SCHOOL: "no school",
}
if SITES.keys() != set(Site):
    raise AssertionError("every state of the site needs its words")
DEVICES = {Whose.OWN: "their own device", Whose.SCHOOL: "a device of the school"}
# The exemption that each group can have, by whose device it is about.
DOORS = {
    (Group.PUPIL, Whose.OWN): Scope.NEED,
    (Group.PUPIL, Whose.SCHOOL): Scope.LESSON,
    (Group.STAFF_DIRECT, Whose.OWN): Scope.TEACHING,
    (Group.STAFF_DIRECT, Whose.SCHOOL): Scope.SCHOOL,
    (Group.OTHER_STAFF, Whose.OWN): Scope.TEACHING,
    (Group.OTHER_STAFF, Whose.SCHOOL): Scope.SCHOOL,
    (Group.GUEST, Whose.OWN): Scope.VISIT,
    (Group.GUEST, Whose.SCHOOL): Scope.SCHOOL,
}
HEAD = """\
# May I? Every answer

This is what the page `/may-i` answers, and with it the line of right now on everybody's page. It is printed by
`flask may-i table` from the rules in `rules/may_i/answer.py` and the policy in force. This copy is that of the
policy pack in
`policy/`, and a test holds that it is true: do not edit it by hand.

Each cell is the answer and the clause it comes from. On the left of the arrow stands the answer without an exemption,
on the right the one with an exemption in force that names this place and this device; without an arrow it makes no
difference. The device is a phone, the hours of work have begun, and nobody teaches at that moment or sits an exam.
Somebody with several roles is a pupil first, then staff who work directly with children, then other staff.
"""


def kind_of(door):
    """The first kind of exemption that opens a door."""
    return next(kind for kind in KINDS.values() if kind.opens is door)


def permit_for(door, zones, validity=Validity.IN_FORCE, own=True):
    """An exemption as the table supposes it: for a phone in these places, all day. Nobody grants the closed ones."""
    return Permit(0, kind_of(door), PHONE, tuple(set(zones) - {EXAM_ROOM, SECURE_STORE}), validity, own=own)


def situation(role, zone, site, whose, exempt, free_places):
    """The situation of one cell, half of it without (`exempt` False) and half with an exemption."""
    door = DOORS[group_of(frozenset({role})), whose]
    permits = (permit_for(door, [zone], own=whose is Whose.OWN),) if exempt else ()
    circumstances = {"site": site, "whose": whose, "permits": permits, "reach": Reach.NONE, "notice": True}
    return Situation(frozenset({role}), zone, free_places=frozenset(free_places), **circumstances)


def cells(zones, free_places):
    """Every cell as (role, zone, site, whose, exempt) with its answer; `zones` are ids."""
    for role, zone, site, whose, exempt in product(Role, zones, Site, DEVICES, (False, True)):
        yield (role, zone, site, whose, exempt), answer(situation(role, zone, site, whose, exempt, free_places))


def document(zones, free_places):
    """The whole document; `zones` are names by id, `free_places` ids."""
    lines = [HEAD]
    for title, roles in _sections().items():
        lines += [f"## {title}", "", f"{', '.join(ROLE_NAMES[role] for role in roles)}.", ""]
        for whose, device in DEVICES.items():
            lines += [f"### {title}: {device}", "", *_table(roles[0], whose, zones, free_places), ""]
    return "\n".join(lines).rstrip() + "\n"


def _sections():
    """The roles that are answered alike stand together: by their rules, and those who come often by themselves."""
    sections = {}
    for role in Role:
        often = role is Role.REGULAR_VISITOR
        title = "Guests who come often" if often else group_of(frozenset({role})).capitalize()
        sections.setdefault(title, []).append(role)
    return sections


def _table(role, whose, zones, free_places):
    yield f"| Place | {' | '.join(SITES.values())} |"
    yield f"|---|{'---|' * len(SITES)}"
    for zone, name in zones.items():
        said = [_cell(role, zone, site, whose, free_places) for site in SITES]
        yield f"| {name} | {' | '.join(said)} |"


def _cell(role, zone, site, whose, free_places):
    both = [answer(situation(role, zone, site, whose, exempt, free_places)) for exempt in (False, True)]
    without, exempted = (f"{'yes' if answered.yes else 'no'} {answered.clause}" for answered in both)
    return without if without == exempted else f"{without} → {exempted}"
