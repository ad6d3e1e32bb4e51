"""Every event of the audit trail, declared as data: its name, its payload and its sentence, together.

Payloads never hold a reason, a password or a token: the trail is read by people who may not know them (clause 8.4).
"""

from typing import NamedTuple

from rules.core.changes import LISTS, LOCKERS


class Event(NamedTuple):
    """One kind of thing that happens: its name, the payload it needs, its sentence, and which open lists show it.

    What stands in square brackets is left out where somebody did it for themselves. `lists` is the count of
    `rules.core.changes` that goes up with the event, or None where no list that polls would look different.
    """

    name: str
    fields: tuple
    sentence: str
    lists: str | None


def _events(*declared):
    return {name: Event(name, fields, sentence, *lists or (None,)) for name, fields, sentence, *lists in declared}


EVENTS = _events(
    ("signed-in", (), "{actor} signed in"),
    ("signed-out", (), "{actor} signed out"),
    ("sign-in-failed", (), "Somebody gave a wrong password for {person}"),
    ("sign-in-unknown", (), "Somebody tried to sign in with a name that is not known"),
    ("refused", ("what",), "{actor} was refused: {what}"),
    ("password-changed", (), "{actor} changed their password"),
    ("password-chosen", (), "{actor} chose a first password with a single-use code"),
    ("code-made", (), "{actor} made a single-use code for {person}"),
    ("person-added", (), "{actor} added {person}"),
    ("person-changed", ("what",), "{actor} changed {person}: {what}", LISTS),
    ("person-made-inactive", (), "{actor} made {person} inactive", LISTS),
    ("person-made-active", (), "{actor} made {person} active again", LISTS),
    ("role-given", ("role", "span"), "{actor} gave {person} the role {role}, {span}", LISTS),
    ("role-taken", ("role",), "{actor} took the role {role} from {person}", LISTS),
    ("classes-changed", ("what",), "{actor} changed the classes in which {person} works: {what}", LISTS),
    (
        "family-linked",
        ("relation", "access"),
        "{actor} linked {person} to a parent or carer ({relation}), who {access}",
        LISTS,
    ),
    (
        "family-link-changed",
        ("relation", "access"),
        "{actor} changed what a parent or carer ({relation}) may know of {person}: it is one who {access}",
        LISTS,
    ),
    ("family-link-ended", ("relation",), "{actor} ended the link of {person} to a parent or carer ({relation})", LISTS),
    ("people-imported", ("what", "new", "changed"), "{actor} imported {what}: {new} new, {changed} changed", LISTS),
    ("delegation-given", ("span",), "{actor} named {person} to decide in their place, {span}", LISTS),
    ("delegation-ended", (), "{actor} ended the delegation to {person}", LISTS),
    ("policy-loaded", ("version", "digest"), "Policy version {version} was loaded", LISTS),
    ("policy-draft-begun", ("base",), "{actor} began to write a new version of the policy, from version {base}"),
    ("policy-draft-changed", ("what",), "{actor} changed the draft of the policy: {what}"),
    ("policy-draft-read", ("digest",), "{actor} made a file the draft of the policy"),
    ("policy-draft-dropped", (), "{actor} dropped the draft of the policy"),
    ("policy-published", ("version", "digest"), "{actor} published version {version} of the policy", LISTS),
    (
        "acknowledged",
        ("version", "what", "frozen"),
        "{actor} acknowledged version {version} of the policy[ for {person}]: {what}",
    ),
    (
        "acknowledged-on-paper",
        ("version", "what", "frozen"),
        "{actor} recorded that {person} acknowledged version {version} of the policy on paper: {what}",
    ),
    ("acknowledgement-reminder", ("version",), "{actor} reminded those who have not acknowledged version {version}"),
    ("exemption-submitted", ("kind",), "{actor} asked for {kind}[ for {person}]", LISTS),
    (
        "exemption-changed",
        ("kind",),
        "{actor} changed their request for {kind}[ for {person}] and sent it again",
        LISTS,
    ),
    ("exemption-moved", ("kind",), "{actor} changed a visit[ to {person}], and the returned {kind} with it", LISTS),
    ("approval-voided", ("kind",), "{actor} changed the approved {kind}, so its approval no longer counts", LISTS),
    ("need-met", ("kind", "need"), "{actor} completed “{need}” for {person}’s {kind}", LISTS),
    ("exemption-withdrawn", ("kind",), "{actor} withdrew their {kind}[ for {person}]", LISTS),
    ("confidential-read", ("kind",), "{actor} read the {kind} of {person}"),
    (
        "exam-permission-recorded",
        ("kind",),
        "{actor} recorded the examining body’s permission for {person}’s {kind}",
        LISTS,
    ),
    (
        "agreement-issued",
        ("kind", "version", "frozen"),
        "{actor} issued version {version} of the agreement about {person}’s {kind}",
        LISTS,
    ),
    (
        "agreement-signed",
        ("kind", "version", "frozen"),
        "{actor} signed version {version} of the agreement about {kind}",
        LISTS,
    ),
    (
        "agreement-signed-on-paper",
        ("kind", "version", "frozen"),
        "{actor} recorded that {person} signed version {version} of the agreement about {kind} on paper",
        LISTS,
    ),
    ("consent-withdrawn", ("kind",), "{actor} withdrew consent to {kind}[ for {person}]", LISTS),
    ("agreement-template-changed", (), "{actor} changed the agreement that every new one starts from"),
    ("activity-started", ("kind",), "{actor} started the {kind}", LISTS),
    ("activity-ended", ("kind",), "{actor} ended the {kind}", LISTS),
    ("exemption-approved", ("kind", "by", "frozen"), "{by} approved {kind} for {person}", LISTS),
    (
        "exemption-approved-with-conditions",
        ("kind", "by", "frozen"),
        "{by} approved {kind} for {person}, with conditions",
        LISTS,
    ),
    ("exemption-declined", ("kind", "by", "frozen"), "{by} declined {kind} for {person}", LISTS),
    ("exemption-returned", ("kind", "by", "frozen"), "{by} returned the request of {person} for {kind}", LISTS),
    ("exemption-revoked", ("kind", "by", "frozen"), "{by} revoked {kind} for {person}", LISTS),
    ("sitting-entered", ("exam", "day"), "{actor} entered the exam {exam} on {day}", LISTS),
    ("sitting-changed", ("exam", "day"), "{actor} changed the exam {exam} on {day}", LISTS),
    ("sitting-cancelled", ("exam", "day"), "{actor} cancelled the exam {exam} on {day}", LISTS),
    ("sittings-imported", ("new",), "{actor} entered exams from a file: {new}"),
    ("exam-report-made", (), "{actor} reported that a device was found with {person} in an exam", LISTS),
    (
        "exam-report-told",
        (),
        "{actor} wrote down that the examining body was told of the device found with {person}",
        LISTS,
    ),
    ("exam-report-closed", (), "{actor} closed the report of the device found with {person} in an exam", LISTS),
    ("visit-announced", ("span",), "{actor} announced a visitor[ to {person}], {span}", LISTS),
    ("visit-changed", ("span",), "{actor} changed a visit[ to {person}], {span}", LISTS),
    ("visit-cancelled", ("span",), "{actor} cancelled a visit[ to {person}], {span}", LISTS),
    ("visitor-signed-in", (), "{actor} signed in a visitor[ to {person}]", LISTS),
    ("visitor-signed-out", (), "{actor} signed out a visitor[ to {person}]", LISTS),
    ("visitor-signed-in-at-tablet", ("tablet",), "A visitor to {person} signed in at the tablet {tablet}", LISTS),
    ("visitor-signed-out-at-tablet", ("tablet",), "A visitor to {person} signed out at the tablet {tablet}", LISTS),
    ("tablet-switched-on", ("tablet",), "{actor} made a browser the reception tablet {tablet}", LISTS),
    ("tablet-switched-off", ("tablet",), "{actor} switched off the reception tablet {tablet}", LISTS),
    ("tablet-copied", ("tablet",), "The tablet {tablet} was switched off: its key was used in another browser", LISTS),
    ("tablet-locked", ("tablet",), "Signing out at the tablet {tablet} was locked after too many wrong codes", LISTS),
    ("visitors-merged", ("entry",), "{actor} found that {entry} is the same person as another entry of a visitor"),
    ("visitors-parted", ("entry",), "{actor} parted {entry} from the entry of a visitor with which it had been merged"),
    (
        "visitor-left-settled",
        (),
        "{actor} wrote down when a visitor[ to {person}] had left, who was not signed out",
        LISTS,
    ),
    (
        "fuller-text-accepted",
        ("version",),
        "A regular visitor accepted the fuller text of policy version {version}",
        LISTS,
    ),
    ("not-admitted-listed", (), "{actor} put somebody on the list of who is not let in without the headteacher", LISTS),
    (
        "not-admitted-ended",
        (),
        "{actor} took somebody off the list of who is not let in without the headteacher",
        LISTS,
    ),
    ("admission-stopped", (), "{actor} was told to ask the headteacher before letting a visitor in", LISTS),
    ("admission-stopped-at-tablet", (), "A visitor at a tablet was told to wait for the headteacher’s answer", LISTS),
    ("admission-answered", ("answer",), "{actor} answered whether a visitor is let in: {answer}", LISTS),
    (
        "admission-answer-changed",
        ("answer",),
        "{actor} changed the answer whether a visitor is let in: {answer}",
        LISTS,
    ),
    ("sign-checked", ("place", "found"), "{actor} looked at the sign for visitors: {place}, {found}"),
    ("visitor-reported", (), "{actor} reported what a visitor did"),
    ("visitor-report-read", (), "{actor} read what was reported of a visitor"),
    ("visitor-report-added", (), "{actor} added to what was reported of a visitor"),
    ("site-pupils-on-site", (), "{actor} said that pupils are on site", LISTS),
    ("site-all-left", (), "{actor} said that all pupils have left", LISTS),
    ("site-mark-undone", ("what",), "{actor} took back {what}", LISTS),
    ("calendar-term-added", ("span",), "{actor} entered a term in the school calendar, {span}", LISTS),
    ("calendar-term-taken-out", ("span",), "{actor} took a term out of the school calendar, {span}", LISTS),
    ("calendar-days-set", ("kind", "span"), "{actor} set days of the school calendar: {kind}, {span}", LISTS),
    (
        "calendar-days-cleared",
        ("span",),
        "{actor} took back what was set by hand in the school calendar, {span}",
        LISTS,
    ),
    ("calendar-imported", ("terms", "days"), "{actor} imported school dates: {terms} terms, {days} days"),
    ("lockers-added", ("place", "count"), "{actor} added lockers in the {place}: {count}", LOCKERS),
    (
        "locker-key-changed",
        ("number", "place"),
        "{actor} changed who has the key or code of {number} in the {place}",
        LOCKERS,
    ),
    ("locker-out-of-use", ("number", "place"), "{actor} took locker {number} in the {place} out of use", LOCKERS),
    ("locker-in-use", ("number", "place"), "{actor} took locker {number} in the {place} into use again", LOCKERS),
    ("locker-given", ("number", "place"), "{actor} gave {person} locker {number} in the {place}", LOCKERS),
    (
        "locker-taken-back",
        ("number", "place"),
        "{actor} took locker {number} in the {place} back from {person}",
        LOCKERS,
    ),
    (
        "locker-moved",
        ("before", "number", "place"),
        "{actor} moved {person} from locker {before} to locker {number} in the {place}",
        LOCKERS,
    ),
    ("device-handed-in", (), "{actor} wrote down that {person} handed in a device", LOCKERS),
    ("device-not-brought", (), "{actor} wrote down that {person} had no device to hand in", LOCKERS),
    ("pupil-absent", (), "{actor} wrote down that {person} was absent", LOCKERS),
    ("hand-in-returned", (), "{actor} gave {person} their device back", LOCKERS),
    ("hand-in-fetched", (), "{actor} gave the device of {person} to somebody who fetched it for them", LOCKERS),
    ("hand-in-undone", ("what",), "{actor} took back what was written down of {person}: {what}", LOCKERS),
    ("return-undone", (), "{actor} took back that {person} had got their device back", LOCKERS),
    ("own-device-in", (), "{actor} put their device into their locker", LOCKERS),
    ("own-device-out", (), "{actor} took their device out of their locker", LOCKERS),
    ("own-device-undone", ("what",), "{actor} took back what they had said of their device: {what}", LOCKERS),
    ("device-added", ("tag",), "{actor} added the school device {tag}"),
    ("device-changed", ("tag", "what"), "{actor} changed the school device {tag}: {what}"),
    ("device-pin-set", ("tag",), "{actor} wrote down that a PIN is set on the school device {tag}"),
    ("device-pin-taken-off", ("tag",), "{actor} wrote down that no PIN is set on the school device {tag}"),
    ("device-state-changed", ("tag", "state"), "{actor} wrote down that the school device {tag} is {state}"),
    ("device-lent", ("tag", "until"), "{actor} lent the school device {tag}[ to {person}], {until}"),
    ("device-lent-to-pupil", ("tag",), "{person} uses the school device {tag} through whom {actor} lent it to"),
    ("device-returned", ("tag",), "{actor} took the school device {tag} back[ from {person}]"),
    ("device-brought-by-another", ("tag",), "{person} brought back the school device {tag}, which somebody else had"),
    ("device-never-returned", ("tag",), "{actor} ended the loan of the school device {tag}[ to {person}]: it is lost"),
    ("devices-imported", ("new", "changed"), "{actor} imported school devices: {new} new, {changed} changed"),
    ("standing-permission-given", ("role",), "{actor} let everybody with this role borrow school devices: {role}"),
    ("standing-permission-ended", ("role",), "{actor} ended the leave to borrow school devices of a role: {role}"),
    ("work-contact-set", (), "{actor} wrote down that {person} needs a work phone"),
    ("work-contact-ended", (), "{actor} wrote down that {person} needs no work phone any more"),
)
