"""Whatever is sent, every answer is a page: a 4xx that changes nothing, or the text taken for what it is, a text.

Each form of the program is filled in as it should be, and then spoilt, one field at a time.
"""

import datetime as dt
import io
import re
from types import SimpleNamespace
from urllib.parse import quote_plus, unquote_to_bytes

import pytest

from database import db
from enums import LockerArea
from models import Guardian, RoleGrant, Stay
from rules.core import clock
from rules.devices import register_import
from rules.exams import sitting_import, sittings
from rules.exemption_kinds import KINDS
from rules.lockers import assignments
from rules.people import delegation, importing
from rules.policy import draft as policy_draft
from rules.policy import sections, versions
from rules.policy.in_force import policy_in_force
from rules.policy.sections import SECTIONS
from rules.reception import admission, announcing, tablets
from rules.site import calendar_import
from tests.conftest import ANSWERS as ANSWERS_OF
from tests.conftest import ASKERS, DISCUSSION, PASSWORD, RISK_ASSESSMENT, thorough, undone, visit_of_nurse
from tests.pages.conftest import Forgetful, form_of, kind_form
from tests.pages.exemptions.test_exemptions import change_form, remote_form
from tests.support.devices import a_device
from tests.support.lockers import a_locker, given, use_of
from tests.support.visitors import a_visit

NEW_PASSWORD = "copper lantern otter field"
DETAILS = {
    "name": "Joy Newcomer",
    "username": "joy.newcomer",
    "team": "Heron",
    "starts_work_at": "",
    "ends_work_at": "",
}
PUPIL = {"name": "Robin Hill", "username": "robin.hill", "team": "Heron", "year_group": "8", "born_on": "2013-05-01"}
A_FILE = "username,name,class\nzoe,Zoe Hill,Heron class\n"
ASSESSMENT = {key: "y" if value is True else value for key, value in RISK_ASSESSMENT.items()}

SITTING = {
    "exam": "French",
    "body": "AQA",
    "day": "2026-11-25",
    "starts_at": "09:00",
    "ends_at": "11:00",
    "zone": "exam-room",
    "candidates": ["{pupil}"],
}
REPORT = {
    "sitting": "another",
    "exam": "Music practical",
    "body": "ABRSM",
    "candidate": "{pupil}",
    "found_on": "2026-11-23",
    "found_at": "09:45",
    "device": "A black watch",
    "what_happened": "It lit up.",
}
VISITOR = {
    "name": "Maeve O’Brien",
    "organisation": "Larch Ltd",
    "kind": "contractor",
    "host": "{teacher}",
    "purpose": "To mend the boiler",
    "vehicle": "AB12 CDE",
}
VISIT = {
    **VISITOR,
    "starts_on": "2026-11-25",
    "ends_on": "2026-11-26",
    "expected_at": "09:00",
    "expected_until": "10:00",
}
HERE = {"accepts": "y", "carries": ["phone"], "fuller": ""}
ABOUT = {
    **{"name": "Ann Hill", "organisation": "Larch Ltd", "kind": "contractor", "vehicle": "AB12 CDE"},
    **{"host": "{teacher}", "carries": ["phone"], "needs_device": "no", "form_key": "key"},
}
ACCEPTED = {**ABOUT, "shown": "{shown}", "accepts": "y", "accepts_fuller": "y"}
CHALLENGE = {
    "form_key": "",
    "stay": "other",
    "whom": "A man with a red scarf",
    "place": "The playground",
    "seen": "He filmed.",
    "challenged": "yes",
    "answer": "Sorry.",
}
DATES_FILE = "name,from,to,kind\nSpring term,04/01/2027,24/03/2027,term\n"
EXAMS_FILE = "exam,body,date,from,to,place,candidate\nArt,AQA,14/05/2027,9:00,11:00,Exam room,pupil\n"
DEVICES_FILE = "asset_tag,kind,model\nX-1,tablet,Larch Pad\n"
DEVICE = {"asset_tag": "X-2", "kind": "tablet", "model": "Larch Pad", "phone_number": "01632 960 1"}
LENDING = {"asset_tag": "T-08", "borrower": "{teacher}", "due_on": "2026-11-25", "pupil": "{pupil}"}
FOR_GOOD = {"asset_tag": "T-08", "borrower": "{teacher}", "for_good": "y"}
TAKING_BACK = {"bringer": "{parent}", "note": "Torn", "back": "/"}
SNOW = {"first": "2026-11-25", "last": "2026-11-25", "kind": "closed", "set_at": "2026-11-23T10:00:00+00:00"}
SPRING = {"name": "Spring term", "starts_on": "2027-01-04"}
SETTLEMENT = {"revision": "1", "body_told_on": "2026-11-23", "reference": "AQA/7", "outcome": "A warning."}

# A line of the policy's draft, and entries of its other sections; `seen` is made for each when it is opened.
POLICY_LINE = {
    "says": "Charge your phone at home.",
    "clauses": "2.2, 2.4",
    "roles": ["staff-direct"],
    "when": "always",
    "before": "",
    "form": "",
    "easy": "(lock) Lock it.",
}
POLICY_DATES = {
    "title": "Mobile and Smart Technology Policy",
    "implemented": "09/2023",
    "reviewed": "11/2026",
    "review_due": "2027-07-31",
    "approver": "The governors",
    "approved_on": "2026-11-20",
    "in_force_from": "2027-01-04",
}
POLICY_TIMES = {"opens": "07:00", "closes": "18:00", "pupils_come": "08:45", "pupils_leave": "15:30"}
POLICY_TEXT = {"title": "Complaints", "roles": ["pupil"], "says": "Tell us.", "easy": ""}
POLICY_NOTICE = {"monitoring_notice": "We look at it.", "monitoring_easy": ""}
POLICY_SIGN = {"says": "Lock it.", "clause": "6.1", "picture": "lock", "easy": "Lock it."}
POLICY_CLAUSE = {"title": "Lockers", "gist": "It is in a locker.", "roles": ["staff-direct"]}
POLICY_SCHOOL = {"name": "Oakham Shires School", "monitored_by": ["dsl"], "academic_year_ends": "31/08"}
POLICY_USE = {"name": "An emergency", "kinds": ["teaching-period"], "refused_by": "4.6", "refusal": "Ask the office."}
POLICY_TOLD = {
    **{"title": "Phones", "says": "Use tablets.", "source": "DfE"},
    **{"kinds": ["educational-activity"], "devices": ["phone"]},
}
POLICY_RISKS = {"hazards": "Pictures.", "who": "Pupils.", "controls": "Two adults.", "residual": "Low."}
POLICY_LINE_AT = "/policy/draft/obligations/watch-over-the-policy"
POLICY_ENTRIES = {
    "policy line": ("obligations/watch-over-the-policy", POLICY_LINE),
    "policy dates": ("dates/front", POLICY_DATES),
    "policy times": ("times/front", POLICY_TIMES),
    "policy place": ("places/car-park", {"name": "Car park", "exemptions": "y"}),
    "policy text": ("procedures/complaints", POLICY_TEXT),
    "policy notice": ("monitoring/front", POLICY_NOTICE),
    "policy sign": ("visitors/1", POLICY_SIGN),
    "policy clause": ("clauses/4.1", POLICY_CLAUSE),
    "policy school": ("school/front", POLICY_SCHOOL),
    "policy device": ("devices/phone", {"name": "Telephone"}),
    "policy use": ("purposes/family-emergency", POLICY_USE),
    "policy told": ("notices/phone-free-by-default", POLICY_TOLD),
    "policy risks": ("assessments/activity", POLICY_RISKS),
    "policy sign place": ("signs/hall", {"name": "Great hall"}),
    "policy free": ("free/front", {"free_places": ["reception", "car-park"]}),
    "policy regular": ("regular/front", {"visits": "4", "days": "40"}),
    "policy source": ("sources/1", {"title": "Keeping Children Safe", "edition": "2026"}),
    "policy document": ("documents/1", {"title": "Safeguarding Policy", "publisher": "school"}),
}

TERMS = {
    "expectations": "Only this phone.",
    "sanctions": "It goes into the locker.",
    "easy": "(phone) I use only this phone.",
    "signers": "both",
    "signers_reason": "",
}
SIGNING = {"agrees": "y", "name": "Parent Invented", "password": PASSWORD}
PAPER = {"person": "{signer}", "signed_on": "2026-11-23", "witnessed_by": "Office Invented", "kept_at": "Cabinet 2"}
VISITING = {"visitor-access": {"visit": "{nurse}"}}
VISITOR_DISCUSSION = ANSWERS_OF["visitor-access"]["visitor-discussion"]
READ_ON_PAPER = {"version": "{shown}", "items": ["monitoring"], "signed_on": "2026-11-23", "kept_at": "Cabinet 2"}
FURTHER_KINDS = [kind for kind in KINDS if kind not in {"teaching-period", "remote-learning"}]

# Who sends which form where, filled in as it should be. `{…}` names a record of `school_day`.
FORMS = {
    "sign in": ("", "/sign-in", {"username": "teacher", "password": "not this one", "next": "/today"}),
    "first password": (
        "",
        "/first-password",
        {"username": "joiner", "code": "a" * 16, "new": NEW_PASSWORD, "again": NEW_PASSWORD},
    ),
    "account": ("teacher", "/account", {"old": "not this one", "new": NEW_PASSWORD, "again": NEW_PASSWORD}),
    "sign out": ("teacher", "/sign-out", {}),
    "ask": ("teacher", "/exemptions/new/teaching-period", form_of()),
    "ask remote": ("teacher", "/exemptions/new/remote-learning", remote_form()),
    **{
        f"ask {kind}": (ASKERS[kind], f"/exemptions/new/{kind}", kind_form(kind, "{pupil}", **VISITING.get(kind, {})))
        for kind in FURTHER_KINDS
    },
    "change": ("teacher", "/exemptions/{waiting}/change", change_form()),
    "withdraw": ("teacher", "/exemptions/{waiting}/withdraw", {}),
    "need": ("teacher", "/exemptions/{unready}/needs/risk-assessment", ASSESSMENT),
    "discussion": ("head", "/exemptions/{untalked}/needs/discussion", DISCUSSION),
    "visitor discussion": ("head", "/exemptions/{unsaid}/needs/visitor-discussion", VISITOR_DISCUSSION),
    "start": ("teacher", "/activities/{lesson}/start", {}),
    "end": ("teacher", "/activities/{running}/end", {}),
    "sign": ("parent", "/agreements/{agreement}/sign", SIGNING),
    "paper": ("office", "/agreements/{agreement}/paper", PAPER),
    "exam permission": ("office", "/agreements/{agreement}/exam-permission", {"reference": "AQA/7"}),
    "no consent": ("pupil", "/agreements/{agreement}/withdraw", {}),
    "terms": ("head", "/agreements/for/{talked}", {**TERMS, "conditions": "", "revision": "2", "version": "0"}),
    "new terms": ("head", "/agreements/for/{unsigned}", {**TERMS, "revision": "2", "version": "1"}),
    "template": (
        "head",
        "/agreements/template",
        {**{key: TERMS[key] for key in ("expectations", "sanctions", "easy")}, "seen": "0"},
    ),
    "easy-read": ("pupil", "/easy-read", {"easy": "1", "back": "/"}),
    "approve": ("head", "/decisions/{waiting}/approve", {"revision": "1", "text": "Quietly"}),
    "decline": ("head", "/decisions/{waiting}/decline", {"revision": "1", "text": "No"}),
    "return": ("head", "/decisions/{waiting}/return", {"revision": "1", "text": "When?"}),
    "revoke": ("head", "/decisions/{approved}/revoke", {"revision": "1", "text": "It rang"}),
    "delegation": (
        "head",
        "/decisions/delegation",
        {"delegate": "{deputy}", "starts_on": "2026-12-01", "ends_on": "2026-12-02"},
    ),
    "end delegation": ("head", "/decisions/delegation/{standing}/end", {}),
    "add": ("office", "/people/new", {**DETAILS, "roles": ["pupil"]}),
    "edit": ("office", "/people/{pupil}", PUPIL),
    "give role": ("office", "/people/{pupil}/roles", {"role": "parent", "starts_on": "2026-11-23", "ends_on": ""}),
    "take role": ("office", "/people/{pupil}/roles/{grant}/take", {}),
    "active": ("office", "/people/{pupil}/active", {"active": "0"}),
    "code": ("office", "/people/{pupil}/code", {}),
    "code sheet": ("office", "/people/codes", {"role": "pupil", "team": "Kestrel class"}),
    "link": ("office", "/people/{pupil}/family", {"parent": "{parent}", "relation": "uncle", "access": "sees"}),
    "change link": ("office", "/people/{pupil}/family/{link}/access", {"access": "sees"}),
    "end link": ("office", "/people/{pupil}/family/{link}/end", {}),
    "classes": ("office", "/people/{teacher}/classes", {"classes": ["Heron class"]}),
    "look at file": ("office", "/people/import/pupils", {"pasted": A_FILE}),
    "import": ("office", "/people/import/apply", {"token": "{token}"}),
    "give up file": ("office", "/people/import/cancel", {"token": "{token}"}),
    "enter exam": ("office", "/exams/new", SITTING),
    "change exam": ("office", "/exams/{sitting}/change", {**SITTING, "seen": "{sitting_seen}"}),
    "cancel exam": ("office", "/exams/{sitting}/cancel", {}),
    "report exam": ("teacher", "/exams/reports/new", REPORT),
    "settle report": ("head", "/exams/reports/{report}/settle", SETTLEMENT),
    "announce": ("teacher", "/visitors/new", {**VISIT, "more_names": "Jo Null\nAnn Hill", "form_key": ""}),
    "change visit": ("teacher", "/visitors/visits/{announced}/change", {**VISIT, "revision": "1"}),
    "cancel visit": ("teacher", "/visitors/visits/{announced}/cancel", {}),
    "sign in visitor": ("office", "/visitors/visits/{announced}/sign-in", HERE),
    "sign out visitor": ("office", "/visitors/stays/{here}/sign-out", {}),
    "goes now": ("office", "/visitors/stays/{stay}/goes-now", {}),
    "settle stay": ("office", "/visitors/stays/{stay}/settle", {"time": "15:00"}),
    "walk in": ("office", "/visitors/walk-in", {**VISITOR, "name": "Jo Null", **HERE, "form_key": ""}),
    "on site": ("office", "/site/on-site", {"day": "2026-11-23", "seen": "0", "sure": "1"}),
    "all left": ("head", "/site/all-left", {"day": "2026-11-23", "seen": "{mark}"}),
    "undo mark": ("head", "/site/marks/{mark}/undo", {"reason": "The wrong button"}),
    "add term": ("office", "/site/calendar/terms/new", {**SPRING, "ends_on": "2027-03-24"}),
    "take out term": ("office", "/site/calendar/terms/{term}/take-out", {}),
    "set days": ("office", "/site/calendar/days/new", {**SPRING, "kind": "inset", "ends_on": "2027-01-05"}),
    "clear days": ("office", "/site/calendar/days/clear", SNOW),
    "look at dates": ("office", "/site/calendar/import", {"pasted": DATES_FILE}),
    "import dates": ("office", "/site/calendar/import/apply", {"token": "{dates_token}"}),
    "give up dates": ("office", "/site/calendar/import/cancel", {"token": "{dates_token}"}),
    "add lockers": ("office", "/lockers/new", {"area": "pupils", "numbers": "50-52", "key_holder": "Site team"}),
    "give locker": ("office", "/lockers/{free_locker}/give", {"person": "{other_pupil}"}),
    "take locker back": ("office", "/lockers/{staff_locker}/take-back", {"use": "{staff_use}"}),
    "swap lockers": ("office", "/lockers/{locker}/swap", {"use": "{locker_use}", "other": "{free_locker}.0"}),
    "locker key": ("office", "/lockers/{locker}/key-holder", {"key_holder": "Site team"}),
    "locker out of use": ("office", "/lockers/{free_locker}/out-of-use", {"out": "1"}),
    "many lockers": ("office", "/lockers/many", {"group": "pupils", "plan": "{locker_plan}"}),
    "tap": ("office", "/lockers/morning", {"day": "2026-11-23", "tap": "{other_pupil}.device.0"}),
    "give device": ("office", "/lockers/held/{hand_in}/give", {"returned_to": "mother"}),
    "own locker": ("teacher", "/lockers/mine", {"what": "in", "day": "2026-11-23", "seen": "0.out"}),
    "add device": ("office", "/school-devices/new", DEVICE),
    "change device": ("office", "/school-devices/{device}/change", {**DEVICE, "revision": "2"}),
    "PIN": ("office", "/school-devices/{device}/pin", {"there": "0"}),
    "state of device": ("office", "/school-devices/{device}/state", {"revision": "2", "state": "lost", "note": "Bus"}),
    "lend": ("office", "/school-devices/lend", LENDING),
    "lend for good": ("office", "/school-devices/lend", FOR_GOOD),
    "take back": ("office", "/school-devices/loans/{loan}/return", TAKING_BACK),
    "let role borrow": ("head", "/school-devices/permissions/give", {"role": "slt"}),
    "end role's leave": ("head", "/school-devices/permissions/end", {"role": "staff-direct"}),
    "needs work phone": ("office", "/school-devices/work-phones", {"person": "{teacher}"}),
    "needs no work phone": ("office", "/school-devices/work-phones/{contact}/end", {}),
    "look at devices": ("office", "/school-devices/import", {"pasted": DEVICES_FILE}),
    "import devices": ("office", "/school-devices/import/apply", {"token": "{devices_token}"}),
    "give up devices": ("office", "/school-devices/import/cancel", {"token": "{devices_token}"}),
    "begin policy": ("dsl", "/policy/draft/begin", {}),
    "drop policy": ("dsl", "/policy/draft/drop", {}),
    **{
        name: ("head", f"/policy/draft/{where}", {**form, "seen": f"{{seen {name}}}"})
        for name, (where, form) in POLICY_ENTRIES.items()
    },
    "add policy line": ("head", "/policy/draft/add/obligations", {**POLICY_LINE, "after": "watch-over-the-policy"}),
    "delete policy line": (
        "head",
        f"{POLICY_LINE_AT}/delete",
        {"seen": "{seen policy line}"},
    ),
    "add policy clause": ("head", "/policy/draft/add/clauses", {**POLICY_CLAUSE, "number": "7.9", "after": ""}),
    "move policy line": (
        "head",
        f"{POLICY_LINE_AT}/move",
        {"after": "follow-the-policy", "seen": "{seen policy line}"},
    ),
    "look at policy": ("head", "/policy/draft/file", {"pasted": "{policy file}"}),
    "use policy": ("head", "/policy/draft/file/apply", {"token": "{policy token}"}),
    "publish policy": (
        "head",
        "/policy/draft/publish",
        {"revision": "{policy revision}", "since": "{policy since}", "note": "Weekly."},
    ),
    "merge visitors": ("office", "/visitors/{visitor}/same/{other}", {}),
    "undo merge": ("dsl", "/visitors/merges/{merge}/undo", {}),
    "tablet on": ("office", "/visitors/tablets", {"name": "Side door"}),
    "tablet off": ("office", "/visitors/tablets/{tablet}/off", {}),
    "about me": ("tablet", "/visitors/sign-in/about", ABOUT),
    "change about me": ("tablet", "/visitors/sign-in/change", ACCEPTED),
    "sign me in": ("tablet", "/visitors/sign-in/accept", ACCEPTED),
    "sign me out": ("tablet", "/visitors/sign-in/out", {"name": "Maeve O’Brien", "code": "{code}"}),
    "put on list": ("head", "/visitors/not-admitted", {"name": "Ann Hill", "reason": "A court has forbidden it."}),
    "take off list": ("dsl", "/visitors/not-admitted/{entry}/take-off", {}),
    "let in": ("dsl", "/visitors/not-admitted/alerts/{alert}/let-in", {}),
    "let in after all": ("dsl", "/visitors/not-admitted/alerts/{kept_out}/let-in-after-all", {}),
    "keep out after all": ("dsl", "/visitors/not-admitted/alerts/{let_in}/keep-out-after-all", {}),
    "keep out": ("head", "/visitors/not-admitted/alerts/{alert}/keep-out", {}),
    "check sign": ("office", "/visitors/signs", {"place": "hall", "fine": "no", "note": "It fell down."}),
    "report visitor": ("teacher", "/visitors/challenges/new", CHALLENGE),
    "add to report": ("teacher", "/visitors/challenges/{challenge}/notes", {"text": "He came back."}),
    "read report": ("head", "/visitors/challenges/{challenge}/read", {}),
    "read all": ("teacher", "/acknowledgements/", {"version": "{shown}", "easy": "0", "everything": "y"}),
    "read some": ("teacher", "/acknowledgements/", {"version": "{shown}", "items": ["complaints"]}),
    "read for child": ("parent", "/acknowledgements/of/{pupil}", {"version": "{shown}", "everything": "y"}),
    "read on paper": ("office", "/acknowledgements/of/{pupil}/paper", READ_ON_PAPER),
    "remind": ("head", "/acknowledgements/remind", {}),
    "look at exams": ("office", "/exams/import", {"pasted": EXAMS_FILE}),
    "import exams": ("office", "/exams/import/apply", {"token": "{exams_token}"}),
    "give up exams": ("office", "/exams/import/cancel", {"token": "{exams_token}"}),
}
TAKES_NO_FILE = [name for name in FORMS if not name.startswith("look at ")]
# What every kind asks in the same way is spoilt in the first two forms; of the others only what is their own.
ASKED_OF_ALL = form_of().keys()
SPOILABLE = [
    (name, field)
    for name, (_, address, form) in FORMS.items()
    for field in form
    if address.rpartition("/")[2] not in FURTHER_KINDS or field not in ASKED_OF_ALL
]
NEVER_TYPED = (
    "state",
    "decided_by",
    "role_",
    "asker",
    "asker_id",
    "approved_by",
    "decided_at",
    "id",
    "csrf",
    "is_admin",
    "__class__",
)
# What may be typed into a field, whatever it is for.
SPOILT = {
    "empty": b"",
    "spaces": b"%20%20",
    "NUL": b"a%00b",
    "lone surrogate": b"%ED%A0%80",
    "half a letter": b"%C3",
    "no UTF-8": b"%FF%FE",
    "overlong": b"%C0%AF",
    "raw bytes": b"\xff\xfe",
    "marks": b"a" + b"%CC%81" * 2000,
    "right to left": b"abc%E2%80%AEcba",
    "70 kB": b"x" * 70_000,
    "line breaks": b"a%0D%0Ab%0Dc",
    "zero": b"0",
    "negative": b"-1",
    "huge": b"9" * 40,
    "Arabic digits": b"%D9%A1%D9%A2",
    "wide digits": b"%EF%BC%91",
    "float": b"1e9",
    "unknown word": b"king",
    "script": b"%3Cscript%3Ealert(1)%3C/script%3E",
    "braces": b"%7B%7B7*7%7D%7D",
    "attribute": b"%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E",
    "SQL": b"'%20OR%201=1%20--",
    "emoji": b"%F0%9F%91%A9%E2%80%8D%F0%9F%91%A7",
}


# What is taken, field by field, and why. All else is answered with a 4xx.
# A text may say anything that can be shown. Bytes that are no letters reach it as their escapes: "%FF".
TEXT = set(SPOILT) - {"empty", "spaces", "NUL", "raw bytes", "marks", "right to left", "70 kB"}
LEFT_OUT = {"empty", "spaces"}  # what need not be filled in
# A visitor’s name has a letter.
WITHOUT_LETTERS = {"zero", "negative", "huge", "Arabic digits", "wide digits", "braces", "emoji"}
TAGS = {"zero", "huge", "Arabic digits", "wide digits", "float", "unknown word", "line breaks"}  # begin as tags do
OPAQUE = set(SPOILT) - {"raw bytes"}  # never shown and never read: cut to its length and compared
TICKED = set(SPOILT) - {"raw bytes", "empty"}  # a tick is there or not
ANSWERS = ("hazards", "who", "controls", "residual")
ACCESS, CONTACT = "ask exceptional-access", "ask parent-contact"
VISITOR_FORMS = ("announce", "change visit", "walk in")
POLICY_WORDS = TEXT - {"emoji"}  # the policy holds no character that nobody can see, and this emoji has one
POLICY_TEXTS = (
    *((form, "says") for form in ("policy line", "add policy line", "policy text", "policy sign")),
    *((form, "title") for form in ("policy dates", "policy text", "policy source", "policy document")),
    *(("policy place", "name"), ("policy notice", "monitoring_notice"), ("policy sign", "easy")),
    ("policy source", "edition"),
    *((form, field) for form in ("policy clause", "add policy clause") for field in ("title", "gist")),
    *((form, "name") for form in ("policy school", "policy device", "policy use", "policy sign place")),
    *(("policy told", field) for field in ("title", "says", "source")),
    *(("policy risks", field) for field in ("hazards", "who", "controls", "residual")),
    ("policy use", "refusal"),
)
TABLET_FORMS = ("about me", "sign me in")
TERMS_FORMS = ("terms", "new terms", "template")
TAKEN = {
    **{(form, field): TEXT for form in ("ask", "ask remote", "change") for field in ("device", "reason")},
    **{(form, "ends_on"): LEFT_OUT for form in ("ask", "ask remote", "change", "give role")},
    **{(form, "exam_permission"): TEXT | LEFT_OUT for form in (ACCESS, CONTACT)},
    **{(form, "audible_alert"): set(SPOILT) - {"raw bytes"} for form in (ACCESS, CONTACT)},
    **{(form, "weekdays"): set() for form in (ACCESS, CONTACT)},
    **{("ask educational-activity", f"activity-assessment-{answer}"): TEXT for answer in ANSWERS},
    ("ask educational-activity", "activity-assessment-signed"): TICKED,
    **{("ask visitor-access", field): TEXT | LEFT_OUT for field in ("involved", "kept-secure-how")},
    **{("visitor discussion", answer): TEXT for answer in ("who", "outcome", "because")},
    ("template", "seen"): {"zero"},  # that of the policy pack
    ("ask school-device", "pin-set-confirmed"): TICKED | LEFT_OUT,
    ("ask school-device", "monitoring-notice-acknowledged"): TICKED | LEFT_OUT,
    **{("discussion", answer): TEXT for answer in ("who", "outcome")},
    ("sign", "agrees"): TICKED,
    **{("paper", field): TEXT for field in ("witnessed_by", "kept_at")},
    ("exam permission", "reference"): TEXT | LEFT_OUT,
    **{(form, field): TEXT for form in TERMS_FORMS for field in ("expectations", "sanctions")},
    **{(form, "easy"): TEXT | LEFT_OUT for form in TERMS_FORMS},
    **{(form, "signers_reason"): OPAQUE for form in ("terms", "new terms")},  # of no use while both sign
    ("terms", "conditions"): TEXT | LEFT_OUT,
    ("terms", "version"): {"zero"},
    ("new terms", "revision"): {"zero"},  # what counts there is the version
    **{("easy-read", field): OPAQUE for field in ("easy", "back")},
    **{(form, "form_key"): OPAQUE for form in ("ask", "ask remote")},
    **{("ask remote", f"risk-assessment-{answer}"): TEXT for answer in ANSWERS},
    **{("need", answer): TEXT for answer in ANSWERS},
    ("ask remote", "no-school-equipment-asked"): TEXT,
    ("ask remote", "no-school-equipment-confirmed"): TICKED,
    ("ask remote", "risk-assessment-signed"): TICKED,
    ("need", "signed"): TICKED,
    ("approve", "text"): TEXT | LEFT_OUT,
    **{(form, "text"): TEXT for form in ("decline", "return", "revoke")},
    **{(form, "name"): TEXT - {"negative"} for form in ("add", "edit")},
    ("edit", "year_group"): (TEXT | LEFT_OUT) - {"huge", "script", "attribute"},
    ("edit", "born_on"): LEFT_OUT,
    **{("code sheet", field): {"empty"} for field in ("role", "team")},
    ("link", "relation"): TEXT,
    **{(form, "username"): {"unknown word"} for form in ("add", "edit")},
    **{(form, "team"): TEXT | LEFT_OUT for form in ("add", "edit")},
    **{(form, f"{end}_work_at"): LEFT_OUT for form in ("add", "edit") for end in ("starts", "ends")},
    ("active", "active"): {"zero"},
    **{(form, field): TEXT for form in ("enter exam", "change exam", "report exam") for field in ("exam", "body")},
    **{("report exam", field): TEXT for field in ("device", "what_happened")},
    **{(form, "name"): TEXT - WITHOUT_LETTERS for form in VISITOR_FORMS},
    **{(form, "organisation"): TEXT | LEFT_OUT for form in VISITOR_FORMS},
    **{(form, "purpose"): TEXT for form in VISITOR_FORMS},
    **{(form, "vehicle"): TEXT | LEFT_OUT for form in VISITOR_FORMS},
    **{(form, field): LEFT_OUT for form in ("announce", "change visit") for field in ("ends_on", "expected_until")},
    ("announce", "more_names"): (TEXT - WITHOUT_LETTERS) | LEFT_OUT,
    **{(form, "form_key"): OPAQUE for form in ("announce", "walk in")},
    **{(form, "accepts"): TICKED for form in ("sign in visitor", "walk in")},
    ("on site", "seen"): {"zero"},  # the office has said so already: it is the same click
    ("on site", "sure"): OPAQUE,
    ("undo mark", "reason"): TEXT,
    ("add term", "name"): TEXT,
    ("set days", "name"): TEXT | LEFT_OUT,
    ("set days", "ends_on"): LEFT_OUT,
    ("tablet on", "name"): TEXT,
    **{(form, "name"): TEXT - WITHOUT_LETTERS for form in TABLET_FORMS},
    **{(form, field): TEXT | LEFT_OUT for form in TABLET_FORMS for field in ("organisation", "vehicle")},
    **{(form, "form_key"): OPAQUE for form in TABLET_FORMS},
    **{("change about me", field): OPAQUE for field in ACCEPTED},  # it shows again what was typed
    ("sign me in", "accepts"): TICKED,
    ("sign me in", "accepts_fuller"): OPAQUE,  # only somebody who comes regularly is asked for it
    **{(form, "fuller"): OPAQUE for form in ("sign in visitor", "walk in")},  # only who comes regularly needs it
    ("put on list", "name"): TEXT - WITHOUT_LETTERS,
    ("put on list", "reason"): TEXT,
    ("check sign", "note"): TEXT,
    **{(form, "asset_tag"): TAGS for form in ("add device", "change device")},
    **{(form, "model"): TEXT | LEFT_OUT for form in ("add device", "change device")},
    **{(form, "phone_number"): LEFT_OUT for form in ("add device", "change device")},
    ("state of device", "note"): TEXT | LEFT_OUT,
    ("PIN", "there"): {"zero"},
    ("lend", "pupil"): {"empty"},
    ("lend for good", "for_good"): TICKED,
    ("take back", "bringer"): {"empty"},
    ("take back", "note"): TEXT | LEFT_OUT,
    ("take back", "back"): OPAQUE,
    ("add lockers", "numbers"): {"zero"},
    ("add lockers", "key_holder"): TEXT | LEFT_OUT,
    ("locker key", "key_holder"): TEXT | LEFT_OUT,
    ("locker out of use", "out"): set(SPOILT) - {"raw bytes"},  # whatever is not 1 leaves it in use
    ("give device", "returned_to"): TEXT | LEFT_OUT,
    **{("report visitor", field): TEXT for field in ("whom", "place", "seen")},
    ("report visitor", "answer"): TEXT | LEFT_OUT,
    ("report visitor", "form_key"): OPAQUE,
    ("add to report", "text"): TEXT,
    **{(form, field): POLICY_WORDS for form, field in POLICY_TEXTS},
    **{(form, "easy"): LEFT_OUT for form in ("policy line", "add policy line", "policy text")},
    **{(form, "before"): OPAQUE for form in ("policy line", "add policy line")},  # of no use with always
    **{(form, "form"): LEFT_OUT for form in ("policy line", "add policy line")},
    **{(f"add policy {what}", "after"): OPAQUE for what in ("line", "clause")},  # behind none that is there: at the end
    ("policy dates", "approver"): POLICY_WORDS | LEFT_OUT,
    **{("policy dates", field): LEFT_OUT for field in ("approved_on", "in_force_from")},
    ("policy place", "exemptions"): set(SPOILT) - {"raw bytes"},
    ("policy notice", "monitoring_easy"): LEFT_OUT,
    ("move policy line", "after"): {"empty"},
    ("publish policy", "note"): TEXT | LEFT_OUT,
    **{(form, "everything"): TICKED for form in ("read all", "read for child")},
    ("read all", "easy"): OPAQUE,
    ("read on paper", "kept_at"): TEXT,
    ("settle report", "reference"): TEXT,
    ("settle report", "outcome"): TEXT | LEFT_OUT,
}


@pytest.fixture(scope="module")
def whole_day(app):
    """The records of the day, made by the first test that needs them and kept for the other tests of this file."""
    with db.atomic("IMMEDIATE") as transaction:
        yield {}
        transaction.rollback()


@pytest.fixture
def school(whole_day):
    """The school in the middle of that day; `school_day` undoes what a test does."""
    return db


@pytest.fixture
def makers(
    cast,
    ask,
    approved,
    permitted,
    agreement,
    a_sitting,
    a_report,
    a_challenge,
    a_stay,
    a_hand_in,
    a_loan,
    a_site,
    a_merge,
    an_alert,
):
    """What makes the records of the day."""
    return SimpleNamespace(
        cast=cast,
        ask=ask,
        approved=approved,
        permitted=permitted,
        agreement=agreement,
        a_sitting=a_sitting,
        a_report=a_report,
        a_challenge=a_challenge,
        a_stay=a_stay,
        a_hand_in=a_hand_in,
        a_loan=a_loan,
        a_site=a_site,
        a_merge=a_merge,
        an_alert=an_alert,
    )


@pytest.fixture
def school_day(whole_day, makers):
    """The records the addresses name."""
    if not whole_day:
        whole_day.update(records_of_day(makers))
    with undone():
        yield dict(whole_day)


def records_of_day(make):
    """A school in which every form of the program has something to be about."""
    held, staff_locker = make.a_hand_in(), given(make.cast.office, make.cast.teacher, "1", LockerArea.STAFF)
    records = {
        "waiting": make.ask(),
        "unready": make.ask("teacher", "remote-learning", done=False),
        "approved": make.approved("finance"),
        "untalked": make.ask(None, "exceptional-access", done=False, device="untalked"),
        "talked": make.ask(None, "exceptional-access", device="talked"),
        "unsigned": make.approved(None, "exceptional-access", device="unsigned"),
        "agreement": make.agreement("parent-contact", device="agreed"),
        "lesson": make.approved(None, "educational-activity", device="tablets", starts_at=dt.time(9, 30)),
        "running": make.permitted("educational-activity", device="laptops"),
        "sitting": make.a_sitting(),
        **make.a_stay(),
        **make.a_merge(),
        **make.an_alert(),
        "nurse": visit_of_nurse(),
        "unsaid": make.ask(None, "visitor-access", done=False, device="a tablet"),
        "announced": announcing.announce(make.cast.office, a_visit(make.cast.teacher, name="Edda Announced"))[0],
        "report": make.a_report(),
        "challenge": make.a_challenge(),
        **make.a_loan(),
        **make.a_site(),
        "free_device": a_device(make.cast.office, "T-08"),
        "hand_in": held["hand_in"],
        "locker": held["locker"],
        "locker_use": held["use"],
        "free_locker": a_locker("2"),
        "other_pupil": make.cast.other_pupil.id,
        "locker_plan": assignments.plan(make.cast.office, "pupils").digest,
        "staff_locker": staff_locker,
        "staff_use": use_of(make.cast.office, staff_locker),
    }
    records["here"] = Stay.get(Stay.visit == records["nurse"], Stay.left_at.is_null()).id
    for said, answer in (("let_in", True), ("kept_out", False)):
        records[said] = make.an_alert(f"Answered {answer}")["alert"]
        admission.answer(make.cast.head, records[said], answer)
    delegation.give(make.cast.head, make.cast.dsl.id, clock.today(), clock.today())
    (standing,) = delegation.delegations_of(make.cast.head)
    grant = RoleGrant.get(RoleGrant.person == make.cast.pupil.id).id
    family = {
        "teacher": make.cast.teacher.id,
        "parent": make.cast.other_parent.id,
        "signer": make.cast.parent.id,
        "link": Guardian.get(Guardian.parent == make.cast.parent.id).id,
        "token": importing.look_at(make.cast.office, "pupils", A_FILE.encode())[1],
        "sitting_seen": sittings.one(records["sitting"]).seen,
        "devices_token": register_import.DEVICES.look_at(make.cast.office, DEVICES_FILE.encode())[1],
        "dates_token": calendar_import.SCHOOL_DATES.look_at(make.cast.office, DATES_FILE.encode())[1],
        "exams_token": sitting_import.SITTINGS.look_at(make.cast.office, EXAMS_FILE.encode())[1],
        "tablet": tablets.switch_on(make.cast.office, "Back door").id,
        "code": Stay.get_by_id(records["stay"]).code,
        "shown": policy_in_force().version,
    }
    return {
        **records,
        "standing": standing.id,
        "pupil": make.cast.pupil.id,
        "deputy": make.cast.deputy.id,
        "grant": grant,
        **family,
    }


@pytest.fixture
def policy_day(cast, a_draft):
    """What the forms of the policy's draft name, made when one of them is opened: fingerprints, file, revision."""
    told = {}

    def make():
        if policy_draft.find() is None:
            a_draft()
            file = policy_draft.as_file(cast.head)
            told["policy file"] = file
            told["policy token"] = policy_draft.look_at(cast.head, "policy.yaml", file.encode())[1]
            told["policy since"] = versions.newest()
        draft = policy_draft.find()
        for name, (where, _) in POLICY_ENTRIES.items():
            section, line = where.split("/")
            entry = sections.entry_of(draft.content, SECTIONS[section], line)
            told[f"seen {name}"] = sections.fingerprint(entry)
        return {**told, "policy revision": draft.revision}

    return make


@pytest.fixture
def opened(sign_in_as, stranger, school_day, policy_day, at_tablet):
    """A form ready to be sent: `opened("ask")` gives the browser, the address and the fields."""
    tablet = at_tablet()

    def fill(value):
        return [fill(each) for each in value] if isinstance(value, list) else value.format(**school_day)

    def ready(name):
        who, address, form = FORMS[name]
        if "/policy/" in address:
            school_day.update(policy_day())
        filled = {key: fill(value) for key, value in form.items()}
        browsers = {"": lambda: stranger, "tablet": lambda: Forgetful(tablet)}
        return browsers.get(who, lambda: sign_in_as(who))(), address.format(**school_day), filled

    return ready


def encoded(fields):
    """Fields as a browser sends them; a value in bytes goes as it is."""
    parts = []
    for name, values in fields.items():
        for value in values if isinstance(values, list) else [values]:
            spelt = value if isinstance(value, bytes) else quote_plus(value).encode()
            parts.append(quote_plus(name).encode() + b"=" + spelt)
    return b"&".join(parts)


def send(browser, address, fields, piece=False, typed=None):
    """Send fields as they are, with the session's own token. `typed` is the text that the answer may show again."""
    body = encoded({**fields, "csrf_token": browser.token})
    kind = "application/x-www-form-urlencoded"
    return browser.open("POST", address, piece, typed=typed, data=body, content_type=kind)


def shown(value):
    """A spoilt value as the text that a page may show."""
    return unquote_to_bytes(value).decode("utf-8", "replace")


def test_every_form_of_the_program_is_tried_here(app):
    adapter = app.url_map.bind("localhost")
    addresses = {re.sub(r"\{\w+\}", "1", address) for _, address, _ in FORMS.values()}
    names = {adapter.match(address, method="POST")[0] for address in addresses}
    posts = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in rule.methods}
    assert names == posts


@pytest.mark.parametrize("name", FORMS)
def test_each_form_is_good_before_it_is_spoilt(opened, name):
    browser, address, form = opened(name)
    answer = send(browser, address, form)
    wanted = {"sign in": 422, "first password": 422, "account": 422, "add": 200, "code": 200}
    wanted |= {f"look at {what}": 200 for what in ("file", "exams", "devices", "dates", "policy")}
    wanted |= {"look at file": 200, "look at exams": 200}
    wanted |= {name: 200 for name, (who, _, _) in FORMS.items() if who == "tablet"}
    assert answer.status == wanted.get(name, 303), answer.words


def spoilt_for(name, field):
    """What is typed into a field: everything in `make test-all`, and in `make test` some for each field in turn."""
    turn = SPOILABLE.index((name, field))
    always = {"empty", "script"}
    return [how for number, how in enumerate(SPOILT) if thorough() or how in always or (number + turn) % 3 == 0]


@pytest.mark.parametrize(("name", "field"), SPOILABLE, ids=lambda part: part)
def test_a_spoilt_field_never_breaks_anything(opened, name, field):
    accepted, refused, tried = set(), {}, spoilt_for(name, field)
    browser, address, form = opened(name)
    for how in tried:
        value = SPOILT[how]
        with browser.tried():
            answer = send(browser, address, {**form, field: value}, how in {"NUL", "script"}, shown(value))
        if answer.status in {200, 303}:
            accepted.add(how)
        else:
            refused[how] = answer.status
    assert set(refused.values()) <= {400, 403, 409, 422}, refused
    assert accepted == TAKEN.get((name, field), set()) & set(tried)


@pytest.mark.parametrize("name", FORMS)
def test_a_missing_field_a_doubled_one_and_a_foreign_one_change_nothing(opened, name):
    browser, address, form = opened(name)
    wrong = []

    def must_be(statuses, fields, how, piece=False):
        with browser.tried():
            answer = send(browser, address, fields, piece)
        if answer.status not in statuses:
            wrong.append((how, answer.status))

    for field, value in form.items():
        # Without its field a form says what is missing, or keeps what it had; an approval needs no words.
        kept = name in KEEPING or name in POLICY_ENTRIES or (name, field) in MAY_BE_MISSING
        statuses = {303, 200, 422} if kept and field not in {"revision", "version", "seen"} else {400, 422, 403}
        must_be(statuses, {key: value for key, value in form.items() if key != field}, f"without {field}")
        if not isinstance(value, list):
            for piece in (False, True):
                must_be({400}, {**form, field: [value, value]}, f"{field} twice", piece)
    for foreign in NEVER_TYPED:
        must_be({400}, {**form, foreign: "1"}, f"with {foreign}")
    assert not wrong


KEEPING = {"change", "edit", "change exam", "change visit", "change device", *TERMS_FORMS}
MAY_BE_MISSING = {
    ("approve", "text"),
    ("classes", "classes"),
    *(("add lockers", "key_holder"), ("locker key", "key_holder"), ("give device", "returned_to")),
    ("locker out of use", "out"),
    *(("on site", "sure"), ("set days", "ends_on"), ("set days", "name")),
    *((form, field) for form in ("add device", "change device") for field in ("model", "phone_number")),
    *(("take back", field) for field in ("bringer", "note", "back")),
    *(("state of device", "note"), ("lend", "pupil")),
    ("settle report", "outcome"),
    ("sign in", "next"),
    ("give role", "ends_on"),
    *((form, field) for form in FORMS if form.startswith("ask") for field in ("ends_on", "form_key")),
    *((form, field) for form in (ACCESS, CONTACT) for field in ("audible_alert", "exam_permission")),
    *(("ask educational-activity", f"activity-assessment-{answer}") for answer in ANSWERS),  # begun for the asker
    *(("ask visitor-access", field) for field in ("involved", "kept-secure-how")),
    ("ask school-device", "pin-set-confirmed"),
    ("ask school-device", "monitoring-notice-acknowledged"),
    ("exam permission", "reference"),
    ("easy-read", "easy"),
    ("easy-read", "back"),
    ("read all", "easy"),
    *((form, field) for form in VISITOR_FORMS for field in ("organisation", "vehicle")),
    *(("announce", field) for field in ("ends_on", "expected_at", "expected_until", "more_names", "form_key")),
    *((form, field) for form in ("sign in visitor", "walk in") for field in ("carries", "fuller")),
    ("walk in", "form_key"),
    *(("add policy line", field) for field in ("before", "form", "easy", "after")),
    ("add policy clause", "after"),
    ("publish policy", "note"),
    *((form, field) for form in TABLET_FORMS for field in ("organisation", "vehicle", "carries", "form_key")),
    *(("change about me", field) for field in ACCEPTED),
    ("sign me in", "accepts_fuller"),
    *(("report visitor", field) for field in ("form_key", "answer")),
    *(("add", field) for field in ("team", "starts_work_at", "ends_work_at")),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_in_another_wrapping_is_refused(opened, name):
    browser, address, form = opened(name)
    token = browser.token
    good = encoded({**form, "csrf_token": token})
    wrapped = (
        ("application/json", b'{"revision": 1}'),
        ("text/plain", good),
        ("application/xml", b"<a/>"),
        ("", good),
        ("multipart/form-data", good),
        ("multipart/form-data; boundary=", good),
        ("multipart/form-data; boundary=x", b"--y\r\n\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\nz\r\n--x--"),
        ("multipart/form-data; boundary=" + "x" * 5000, b"--x"),
        ("application/x-www-form-urlencoded; charset=utf-7", good + b"&%"),
        ("application/x-www-form-urlencoded", b"\xff" + good),
        ("application/x-www-form-urlencoded", b"&".join([b"a=1"] * 2000)),
        ("application/x-www-form-urlencoded", b""),
    )
    for content_type, body in wrapped:
        with browser.tried():
            answer = browser.open("POST", address, data=body, content_type=content_type)
        taken = content_type.endswith("utf-7") and answer.status in {200, 303, 400, 422}
        assert answer.status in {400, 413} or taken, (content_type[:60], answer.status)


@pytest.mark.parametrize("name", TAKES_NO_FILE)
def test_a_file_is_never_taken(opened, name):
    browser, address, form = opened(name)
    fields = {**form, "csrf_token": browser.token}
    for field in (*form, "file"):
        upload = (io.BytesIO(b"text"), "a.txt")
        answer = browser.open("POST", address, data={**fields, field: upload}, content_type="multipart/form-data")
        assert answer.status == 400, field


@pytest.mark.parametrize("name", TAKES_NO_FILE)
def test_a_body_of_five_megabytes_is_refused_unread(opened, name):
    browser, address, form = opened(name)
    for fields in ({**form, "x": "y" * 5_000_000}, {**form, **{f"x{number}": "y" * 5000 for number in range(1000)}}):
        assert send(browser, address, fields).status == 413
