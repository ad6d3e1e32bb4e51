"""Every event of the audit trail, declared as data: its name, its payload and its sentence, together.

Payloads never hold a reason, a password or a token: the trail is read by people who may not know them (clause 8.4).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Event:
    """One kind of thing that happens: its name, the payload it needs and its sentence.

    What stands in square brackets is left out where somebody did it for themselves.
    """

    name: str
    fields: tuple
    sentence: str


def _events(*declared):
    return {name: Event(name, fields, sentence) for name, fields, sentence in declared}


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
    ("person-changed", ("what",), "{actor} changed {person}: {what}"),
    ("person-made-inactive", (), "{actor} made {person} inactive"),
    ("person-made-active", (), "{actor} made {person} active again"),
    ("role-given", ("role", "span"), "{actor} gave {person} the role {role}, {span}"),
    ("role-taken", ("role",), "{actor} took the role {role} from {person}"),
    ("classes-changed", ("what",), "{actor} changed the classes in which {person} works: {what}"),
    (
        "family-linked",
        ("relation", "access"),
        "{actor} linked {person} to a parent or carer ({relation}), who {access}",
    ),
    (
        "family-link-changed",
        ("relation", "access"),
        "{actor} changed what a parent or carer ({relation}) may know of {person}: it is one who {access}",
    ),
    ("family-link-ended", ("relation",), "{actor} ended the link of {person} to a parent or carer ({relation})"),
    ("people-imported", ("what", "new", "changed"), "{actor} imported {what}: {new} new, {changed} changed"),
    ("delegation-given", ("span",), "{actor} named {person} to decide in their place, {span}"),
    ("delegation-ended", (), "{actor} ended the delegation to {person}"),
    ("policy-loaded", ("version", "digest"), "Policy version {version} was loaded"),
    ("exemption-submitted", ("kind",), "{actor} asked for {kind}[ for {person}]"),
    ("exemption-changed", ("kind",), "{actor} changed their request for {kind}[ for {person}] and sent it again"),
    ("approval-voided", ("kind",), "{actor} changed the approved {kind}, so its approval no longer counts"),
    ("need-met", ("kind", "need"), "{actor} completed “{need}” for {person}’s {kind}"),
    ("exemption-withdrawn", ("kind",), "{actor} withdrew their {kind}[ for {person}]"),
    ("confidential-read", ("kind",), "{actor} read the {kind} of {person}"),
    ("exam-permission-recorded", ("kind",), "{actor} recorded the examining body’s permission for {person}’s {kind}"),
    (
        "agreement-issued",
        ("kind", "version", "frozen"),
        "{actor} issued version {version} of the agreement about {person}’s {kind}",
    ),
    (
        "agreement-signed",
        ("kind", "version", "frozen"),
        "{actor} signed version {version} of the agreement about {kind}",
    ),
    (
        "agreement-signed-on-paper",
        ("kind", "version", "frozen"),
        "{actor} recorded that {person} signed version {version} of the agreement about {kind} on paper",
    ),
    ("consent-withdrawn", ("kind",), "{actor} withdrew consent to {kind}[ for {person}]"),
    ("agreement-template-changed", (), "{actor} changed the agreement that every new one starts from"),
    ("activity-started", ("kind",), "{actor} started the {kind}"),
    ("activity-ended", ("kind",), "{actor} ended the {kind}"),
    ("exemption-approved", ("kind", "by", "frozen"), "{by} approved {kind} for {person}"),
    (
        "exemption-approved-with-conditions",
        ("kind", "by", "frozen"),
        "{by} approved {kind} for {person}, with conditions",
    ),
    ("exemption-declined", ("kind", "by", "frozen"), "{by} declined {kind} for {person}"),
    ("exemption-returned", ("kind", "by", "frozen"), "{by} returned the request of {person} for {kind}"),
    ("exemption-revoked", ("kind", "by", "frozen"), "{by} revoked {kind} for {person}"),
    ("sitting-entered", ("exam", "day"), "{actor} entered the exam {exam} on {day}"),
    ("sitting-changed", ("exam", "day"), "{actor} changed the exam {exam} on {day}"),
    ("sitting-cancelled", ("exam", "day"), "{actor} cancelled the exam {exam} on {day}"),
    ("sittings-imported", ("new",), "{actor} entered exams from a file: {new}"),
    ("exam-report-made", (), "{actor} reported that a device was found with {person} in an exam"),
    ("exam-report-told", (), "{actor} wrote down that the examining body was told of the device found with {person}"),
    ("exam-report-closed", (), "{actor} closed the report of the device found with {person} in an exam"),
    ("visit-announced", ("span",), "{actor} announced a visitor[ to {person}], {span}"),
    ("visit-changed", ("span",), "{actor} changed a visit[ to {person}], {span}"),
    ("visit-cancelled", ("span",), "{actor} cancelled a visit[ to {person}], {span}"),
    ("visitor-signed-in", (), "{actor} signed in a visitor[ to {person}]"),
    ("visitor-signed-out", (), "{actor} signed out a visitor[ to {person}]"),
    ("visitor-signed-in-at-tablet", ("tablet",), "A visitor to {person} signed in at the tablet {tablet}"),
    ("visitor-signed-out-at-tablet", ("tablet",), "A visitor to {person} signed out at the tablet {tablet}"),
    ("tablet-switched-on", ("tablet",), "{actor} made a browser the reception tablet {tablet}"),
    ("tablet-switched-off", ("tablet",), "{actor} switched off the reception tablet {tablet}"),
    ("tablet-copied", ("tablet",), "The tablet {tablet} was switched off: its key was used in another browser"),
    ("tablet-locked", ("tablet",), "Signing out at the tablet {tablet} was locked after too many wrong codes"),
    ("visitors-merged", ("entry",), "{actor} found that {entry} is the same person as another entry of a visitor"),
    ("visitors-parted", ("entry",), "{actor} parted {entry} from the entry of a visitor with which it had been merged"),
    ("visitor-left-settled", (), "{actor} wrote down when a visitor[ to {person}] had left, who was not signed out"),
    ("fuller-text-accepted", ("version",), "A regular visitor accepted the fuller text of policy version {version}"),
    ("not-admitted-listed", (), "{actor} put somebody on the list of who is not let in without the headteacher"),
    ("not-admitted-ended", (), "{actor} took somebody off the list of who is not let in without the headteacher"),
    ("admission-stopped", (), "{actor} was told to ask the headteacher before letting a visitor in"),
    ("admission-stopped-at-tablet", (), "A visitor at a tablet was told to wait for the headteacher’s answer"),
    ("admission-answered", ("answer",), "{actor} answered whether a visitor is let in: {answer}"),
    ("admission-answer-changed", ("answer",), "{actor} changed the answer whether a visitor is let in: {answer}"),
    ("sign-checked", ("place", "found"), "{actor} looked at the sign for visitors: {place}, {found}"),
    ("visitor-reported", (), "{actor} reported what a visitor did"),
    ("visitor-report-read", (), "{actor} read what was reported of a visitor"),
    ("visitor-report-added", (), "{actor} added to what was reported of a visitor"),
)
