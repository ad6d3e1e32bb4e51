"""What the answers of *may I?* say, in plain English. What is about pupils is said so that it fits whoever asks."""

from rules.exemption_kinds import Scope
from rules.exemptions.view import Validity
from rules.may_i.situation import Site

SECURE_STORE = "Nobody uses a device in the secure store. What was taken away is locked up there."
EXAM_ROOM = "No device comes into an exam room."
EXAM = "No device is used in an exam{until}, and none comes into an exam room."
EXAM_SUSPENDED = "There is a permission, but it does not count during an exam."
EXAM_AGREED = "The examining body has agreed that it may be used in exams."
VISITORS_DEVICE_PUPIL = "No pupil uses or holds a visitor’s device. There is no exception. Use a school device instead."
VISITORS_DEVICE = "Visitors keep their devices locked, and nobody else uses them."

PUPIL_OFF_SITE = "The school’s Mobile Device Policy is for home as well: keep to it when learning at home."
PUPIL_RECEPTION = "A pupil’s device may come as far as reception, put away. From there it goes straight to the locker."
PUPIL_LOCKER = "Only to put it into the locker or to fetch it at home time, with a member of staff."
PUPIL_NO = "Pupils do not use devices of their own in school. It stays in the locker in the administration office."

STAFF_OFF_SITE = (
    "Away from school you may use your own device. Never contact pupils or their families with it, and keep nothing on "
    "it that does not suit your job (4.4)."
)
TEACHING_AT_HOME = "Teach from home with school equipment. On your own device you need the headteacher’s yes first."
TEACHING = "In a teaching period you do not use your own device without permission in writing."

DIRECT_LEFT = {
    Site.LEFT: "You may take your device out of the staff room and use it: all pupils have left.",
    Site.NO_SCHOOL: "You may have your device with you and use it: no pupils are on site.",
}
DIRECT_STAFF_ROOM = (
    "In the staff room you may use it outside teaching periods, on silent. Else it stays in your locker, until all "
    "pupils have left."
)
DIRECT_BEFORE_WORK = "Pupils are not here yet. Put it into your locker in the staff room before you begin work."
DIRECT_NO = "Your device stays in your locker in the staff room until all pupils have left."

_ANYWHERE = "You may use your own device"
OTHER_FREE = {
    Site.NOT_YET: f"{_ANYWHERE} until pupils come. Then keep it silent.",
    Site.LEFT: f"{_ANYWHERE}: all pupils have left.",
    Site.NO_SCHOOL: f"{_ANYWHERE}: no pupils are on site.",
}
OTHER_OFFICES = "You may use your own device in offices, meeting rooms and the car park, on silent (4.2)."
OTHER_NO = "While pupils are on site you use your own device only in offices, meeting rooms and the car park."

GUEST_FREE = "You may use your own device here. Keep it silent and locked, and let no pupil use or hold it (6.2)."
GUEST_NO = "You need the headteacher’s yes first. Keep your device out of sight, and ask whoever you visit."
GUEST_OFF_SITE = "Away from school the policy leaves your own device to you."
REGULAR = " Keep to the Mobile Device Policy as well."

SCHOOL_LENT = "The school has lent this device. Keep it locked with its code, and use it only for school."
SCHOOL_STANDING = "Your role may borrow school devices. Have it lent to you at the office."
SCHOOL_PHONE = "A pupil may ring home with a school phone, if a member of staff says yes."
SCHOOL_PUPIL = "A pupil uses a school device only when a member of staff has borrowed it for them."
SCHOOL_NO = "You use a school device only with permission."
SCHOOL_GUEST = "The school’s devices are for staff and pupils. Ask a member of staff to do it with you."
NOTICE = "First the notice has to be acknowledged that use of a school device may be checked."

_PERMITTED = {
    Scope.TEACHING: "You have permission in writing{until}, for your emergency only: no pictures, no lessons (4.6).",
    Scope.HOME: "You have the headteacher’s permission{until} to teach from home on your own device.",
    Scope.SCHOOL: "You have permission to use a school device{until}. Keep it locked, and use it only for school.",
    Scope.LESSON: "A lesson activity runs for which it is needed{until}. The teacher decides when it ends.",
    Scope.NEED: "There is a permission{until}, and it is signed. What was agreed in it counts.",
    Scope.VISIT: "The headteacher has agreed to it{until}. No pupil may use or hold it (6.2).",
}
if _PERMITTED.keys() != set(Scope):
    raise AssertionError("every door needs its words")

# What stands beside a no where there is an exemption that does not hold: the most helpful first, with its own clause
# where the reason is another one than that of the rule.
WAITING = {
    Validity.UNSIGNED: "Not yet: there is a permission, but the agreement about it is not signed.",
    Validity.NOT_STARTED: "Not yet: the teacher has to start the lesson activity first.",
    Validity.NOT_HERE: "There is a permission, but it counts only once the visitor is signed in at reception.",
    Validity.EXAM: "There is a permission, but it does not count during an exam.",
    Validity.NOT_NOW: "There is a permission, but not for this time.",
}
WAITING_CLAUSES = {
    Validity.UNSIGNED: "5.7d",
    Validity.NOT_STARTED: "5.4",
    Validity.NOT_HERE: "6.5",
    Validity.EXAM: "5.9",
    Validity.NOT_NOW: "",
}
WITHOUT_WORDS = {Validity.IN_FORCE, Validity.OVER, Validity.NOWHERE}
if WAITING.keys() != WAITING_CLAUSES.keys() or WAITING.keys() != set(Validity) - WITHOUT_WORDS:
    raise AssertionError("every exemption that does not hold needs its words and its clause")


def permitted(permit):
    """Why an exemption in force allows it."""
    return _PERMITTED[permit.kind.opens].format(until=permit.until_words)
