"""May I use this device here and now? The policy as one pure function: `answer`.

Everything comes in as a `Situation`; there is neither a clock nor a database in here (`rules/may_i/now.py` gathers
it). There is exactly one answer to every situation, and it names its clause. Where nothing allows it, it is no: a
place that the policy does not name is treated as one that pupils share. Where the document contradicts itself, the
docstrings and comments say what was settled.
"""

from enums import Role
from rules.core.clock import format_time
from rules.exemption_kinds import Scope
from rules.exemptions.view import Validity
from rules.may_i import words
from rules.may_i.situation import EXAM_ROOM, PHONE, Answer, Group, Reach, Site, Whose, group_of

# Places that the rules tell apart, by the ids of policy/zones.yaml.
RECEPTION, PUPIL_LOCKERS, STAFF_ROOM, CLASSROOM = "reception", "administration-office", "staff-room", "classroom"
SECURE_STORE, OFF_SITE = "secure-store", "off-site"
OFFICES = frozenset({"offices", PUPIL_LOCKERS, "meeting-rooms", "car-park"})


def answer(situation):
    """Whether it is allowed: exactly one answer, whatever the situation."""
    group = group_of(situation.roles)
    if situation.zone == SECURE_STORE:
        return Answer(False, "5.12c", words.SECURE_STORE)
    if situation.whose is Whose.VISITOR:
        return _visitors_device(group)
    if answered := _exam(situation, group):
        return answered
    if situation.whose is Whose.SCHOOL:
        return _school_device(situation, group)
    return OWN_DEVICE[group](situation)


def _visitors_device(group):
    """6.2 against 6.5: a pupil never uses a visitor's device. No exemption is asked, because none can allow it."""
    if group is Group.PUPIL:
        return Answer(False, "6.2", words.VISITORS_DEVICE_PUPIL)
    return Answer(False, "6.1", words.VISITORS_DEVICE)


def _exam(situation, group):
    """5.9 against 5.7: no device in an exam, unless the examining body has agreed. None where there is no exam."""
    sits = group is Group.PUPIL and situation.exam_until is not None and situation.zone != OFF_SITE
    if not sits and situation.zone != EXAM_ROOM:
        return None
    if group is not Group.PUPIL:
        return Answer(False, "5.9", words.EXAM_ROOM)
    permits = situation.permits_for(Scope.LESSON, Scope.NEED)
    agreed = next((p for p in permits if p.in_force and p.in_exams), None)
    if agreed:
        return Answer(True, "5.9", words.EXAM_AGREED, agreed)
    until = f" until {format_time(situation.exam_until)}" if sits else ""
    suspended = next((p for p in permits if p.validity is Validity.EXAM), None)
    return Answer(False, "5.9", words.EXAM_SUSPENDED if suspended else words.EXAM.format(until=until), suspended)


# --- One's own device ---------------------------------------------------------------------------------------


def _pupil(situation):
    """5.3 against 5.4, 5.5 and 5.7: no by default, with two doors: a lesson activity and exceptional access."""
    if situation.zone == OFF_SITE:
        return Answer(True, "5.8", words.PUPIL_OFF_SITE)
    if permitted := _by_permit(situation, Scope.LESSON, Scope.NEED):
        return permitted
    if situation.zone == RECEPTION:
        return Answer(True, "2.3", words.PUPIL_RECEPTION)
    if situation.zone == PUPIL_LOCKERS:
        # 2.3 says no further than reception, and that the lockers are in the office: the direct way there is allowed.
        return Answer(True, "2.3", words.PUPIL_LOCKER)
    return _unless(situation, "5.3", words.PUPIL_NO, Scope.LESSON, Scope.NEED)


def _staff_first(situation):
    """What holds for all staff, whichever rules bind them else; None where nothing of it does."""
    if situation.zone == OFF_SITE:
        return _off_site(situation)
    if situation.teaching:
        # 4.3 against 4.6: a permission is for personal emergencies only; pictures and lessons have no exception.
        return _unless(situation, "4.3", words.TEACHING, Scope.TEACHING)
    return None


def _off_site(situation):
    if permitted := _by_permit(situation, Scope.HOME):
        return permitted
    if situation.teaching:
        return _unless(situation, "4.7", words.TEACHING_AT_HOME, Scope.HOME)
    return Answer(True, "4.5", words.STAFF_OFF_SITE)


def _staff_direct(situation):
    """4.1 against 2.5: the locker binds those who work directly with children, 2.5 the others."""
    if answered := _staff_first(situation):
        return answered
    if situation.site in {Site.LEFT, Site.NO_SCHOOL}:
        return Answer(True, "4.1", words.DIRECT_LEFT[situation.site])
    if situation.zone == STAFF_ROOM:
        return Answer(True, "4.1", words.DIRECT_STAFF_ROOM)
    if situation.site is Site.NOT_YET and not situation.at_work:
        return Answer(True, "4.1", words.DIRECT_BEFORE_WORK)
    if situation.site is Site.HERE and situation.zone not in OFFICES | {RECEPTION}:  # places that pupils use
        return _unless(situation, "2.4", words.DIRECT_NO, Scope.TEACHING)
    return _unless(situation, "4.1", words.DIRECT_NO, Scope.TEACHING)


def _other_staff(situation):
    if answered := _staff_first(situation):
        return answered
    if situation.site is not Site.HERE:
        return Answer(True, "2.5", words.OTHER_FREE[situation.site])
    if situation.zone in OFFICES:
        return Answer(True, "2.5", words.OTHER_OFFICES)
    return _unless(situation, "2.5", words.OTHER_NO, Scope.TEACHING)


def _guest(situation):
    clause, more = ("6.4", words.REGULAR) if Role.REGULAR_VISITOR in situation.roles else ("6.5", "")
    if situation.zone == OFF_SITE:
        return Answer(True, clause, words.GUEST_OFF_SITE + more)
    if situation.zone in situation.free_places:
        return Answer(True, clause, words.GUEST_FREE + more)
    return _unless(situation, "6.5", words.GUEST_NO, Scope.VISIT)


OWN_DEVICE = {
    Group.PUPIL: _pupil,
    Group.STAFF_DIRECT: _staff_direct,
    Group.OTHER_STAFF: _other_staff,
    Group.GUEST: _guest,
}
if OWN_DEVICE.keys() != set(Group):
    raise AssertionError("every group needs its rules")


# --- The school's devices -----------------------------------------------------------------------------------


def _school_device(situation, group):
    """Only with permission, and only once one knows that use may be monitored (clauses 3.3, 3.5)."""
    if group is Group.GUEST:
        return Answer(False, "3.3", words.SCHOOL_GUEST)
    lent = situation.reach is Reach.LENT
    if lent and situation.notice:
        return Answer(True, "3.3", words.SCHOOL_LENT)
    if group is Group.PUPIL and situation.device == PHONE and situation.zone in {PUPIL_LOCKERS, CLASSROOM}:
        return Answer(True, "5.6", words.SCHOOL_PHONE)
    door = Scope.LESSON if group is Group.PUPIL else Scope.SCHOOL
    permitted = _by_permit(situation, door)
    standing = situation.reach is Reach.STANDING and group is not Group.PUPIL
    if (permitted or standing or lent) and not situation.notice:
        return Answer(False, "3.5", words.NOTICE, permitted and permitted.permit)
    if permitted or standing:
        return permitted or Answer(True, "3.3", words.SCHOOL_STANDING)
    return _unless(situation, "3.3", words.SCHOOL_PUPIL if group is Group.PUPIL else words.SCHOOL_NO, door)


# --- Exemptions ---------------------------------------------------------------------------------------------


def _by_permit(situation, *doors):
    """Yes, because an exemption in force allows it; None where there is none."""
    permit = next((p for p in situation.permits_for(*doors) if p.in_force), None)
    return permit and Answer(True, _clause(permit), words.permitted(permit), permit)


def _clause(permit):
    # 5.5 is the approval beforehand, 5.4 the teacher's yes on the day: while it runs, both are there.
    return "5.4" if permit.kind.opens is Scope.LESSON else permit.kind.clause


def without_kind_of_need(answered):
    """The same answer for who may not know for which kind of need: both kinds have a signed agreement (5.7d)."""
    need = answered.yes and answered.permit and answered.permit.kind.opens is Scope.NEED and answered.clause != "5.9"
    return answered._replace(clause="5.7d") if need else answered


def _unless(situation, clause, says, *doors):
    """No, and what can be asked for, unless an exemption allows it; one that does not hold now says why not."""
    if permitted := _by_permit(situation, *doors):
        return permitted
    permits = situation.permits_for(*doors)
    for validity, own_clause in words.WAITING_CLAUSES.items():
        if permit := next((p for p in permits if p.validity is validity), None):
            return Answer(False, own_clause or clause, words.WAITING[validity], permit)
    return Answer(False, clause, says, None, doors)
