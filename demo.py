"""The demo school: invented people and a believable week, made once, and never in a school's own database."""

import datetime as dt

from database import writing
from models import Counter, Person
from rules import clock, decisions, delegation, exemptions, passwords
from rules.demo_people import DEMO_PASSWORD, DEMO_PEOPLE
from rules.exemption_checks import Request
from rules.exemption_kinds import KINDS
from rules.people import Details, add_from_the_start
from rules.sessions import actor_of_person
from settings import WrongSetting

MARK = "demo"


def check(settings):
    """Refuse to mix the demo school with a real one, either way round. Raises WrongSetting."""
    marked, peopled = _is_marked(), Person.select().exists()
    if settings.demo and peopled and not marked:
        raise WrongSetting("this database holds real people: the demo school needs one of its own")
    if marked and not settings.demo:
        raise WrongSetting("this database is the demo school: a real school needs one of its own")


def _is_marked():
    return Counter.get_or_none(Counter.name == MARK) is not None


def fill():
    """Make the demo school in an empty database, all of it or nothing."""
    if _is_marked():
        return
    kept = passwords.hash_password(DEMO_PASSWORD)
    with writing():
        Counter.insert(name=MARK, value=1).execute()
        with clock.frozen(_moment(-8, "07:50")):
            for username, name, team, roles, start, end in DEMO_PEOPLE:
                details = Details(username, name, team, _time(start), _time(end))
                person = add_from_the_start(details, roles)
                Person.update(password_hash=kept, code_hash=None, code_ends_at=None).where(
                    Person.id == person
                ).execute()
        for days, at, step in WEEK:
            with clock.frozen(_moment(days, at)):
                step()


def _time(text):
    return dt.time.fromisoformat(text) if text else None


def _moment(days, at):
    return clock.at(_day(days), _time(at))


def _day(days):
    return dt.datetime.now(clock.LONDON).date() + dt.timedelta(days=days)


def _who(username):
    return actor_of_person(Person.get(Person.username == username).id)


# --- The steps of the week ----------------------------------------------------------------------------------

_asked = {}

RISK = {
    "hazards": "Names of pupils could stay in the browser of my laptop.",
    "who": "Pupils, if somebody at home saw their work.",
    "controls": "I work in a private window, sign out after each lesson and nobody else uses the laptop.",
    "residual": "Low.",
    "signed": True,
}
NOTHING_TO_LEND = {"asked": "The office, on Friday. All laptops are lent until next week.", "confirmed": True}
DEVICE_READY = {"pin-set": {"confirmed": True}, "monitoring-notice": {"acknowledged": True}}


def ask(key, who, kind, device, purpose, reason, zones, days, times, answers=None):
    """A step in which somebody asks; `days` are counted from today, `times` read 09:00-12:00."""
    device_kind, _, which = device.partition(": ")
    start, end = (_time(part) for part in times.split("-"))

    def step():
        request = Request(
            device_kind,
            which,
            purpose,
            reason,
            tuple(zones.split()),
            _day(days[0]),
            _day(days[-1]),
            start,
            end,
        )
        _asked[key] = exemptions.submit(_who(who), KINDS[kind], request, answers)

    return step


def decide(key, who, rule, *words):
    """A step in which somebody decides what was asked under `key`."""

    def step():
        exemption = _asked[key]
        rule(_who(who), exemption, exemptions.find(exemption).revision, *words)

    return step


WEEK = (
    (
        -6,
        "09:10",
        ask(
            "trip",
            "dsl",
            "school-device",
            "phone: School phone 3",
            "school-trip",
            "Contact with the office on the farm visit.",
            "off-site car-park",
            (-5, -1),
            "09:00-15:00",
            DEVICE_READY,
        ),
    ),
    (-6, "12:30", decide("trip", "head", decisions.approve)),
    (
        -6,
        "15:45",
        ask(
            "finance",
            "finance",
            "remote-learning",
            "laptop: My own laptop",
            "online-staff-meeting",
            "I would like to join the finance briefing from home.",
            "off-site",
            (-3,),
            "13:00-14:00",
            {"no-school-equipment": NOTHING_TO_LEND, "risk-assessment": RISK},
        ),
    ),
    (
        -5,
        "08:20",
        decide(
            "finance",
            "head",
            decisions.decline,
            "The finance laptop is free that day. Please borrow it from the office.",
        ),
    ),
    (
        -5,
        "10:00",
        ask(
            "choir",
            "music",
            "school-device",
            "tablet: Tablet 9",
            "lesson-work",
            "Recording our choir practice.",
            "teaching-areas shared-areas",
            (-4, 3),
            "10:00-11:30",
            DEVICE_READY,
        ),
    ),
    (-5, "12:40", decide("choir", "deputy", decisions.approve)),
    (
        -3,
        "11:20",
        decide(
            "choir",
            "head",
            decisions.revoke,
            "Tablet 9 has to go back for repair. Please ask again for another one.",
        ),
    ),
    (
        -4,
        "16:05",
        ask(
            "site",
            "site",
            "school-device",
            "phone: School phone 1",
            "planning-and-records",
            "Site visit at the other building.",
            "car-park offices",
            (1,),
            "08:00-10:00",
            DEVICE_READY,
        ),
    ),
    (-3, "08:05", lambda: exemptions.withdraw(_who("site"), _asked["site"])),
    (
        -3,
        "15:30",
        ask(
            "maths",
            "assistant",
            "school-device",
            "tablet: Tablet 4",
            "lesson-work",
            "Number games with one pupil in the afternoon.",
            "teaching-areas classroom",
            (-2, 3),
            "08:30-15:30",
            DEVICE_READY,
        ),
    ),
    (-2, "08:10", decide("maths", "head", decisions.approve)),
    (
        -2,
        "12:15",
        ask(
            "post",
            "office",
            "school-device",
            "phone: Office mobile",
            "school-contact-with-parents",
            "Calls to parents while the switchboard is down.",
            "administration-office reception",
            (-1, 4),
            "07:30-09:00",
            DEVICE_READY,
        ),
    ),
    (-2, "12:50", decide("post", "deputy", decisions.approve)),
    (
        -2,
        "16:00",
        ask(
            "mother",
            "teacher",
            "teaching-period",
            "phone: My own phone, blue case",
            "family-emergency",
            "My mother is in hospital and the ward may ring.",
            "staff-room offices teaching-areas",
            (-1, 1),
            "09:00-15:00",
        ),
    ),
    (
        -2,
        "16:40",
        decide(
            "mother",
            "deputy",
            decisions.approve,
            "Silent, in your pocket. Take a call in the corridor, away from pupils.",
        ),
    ),
    (
        -1,
        "07:55",
        ask(
            "garage",
            "assistant",
            "teaching-period",
            "phone: My own phone",
            "other-emergency",
            "My car is being repaired.",
            "staff-room",
            (1,),
            "11:00-12:00",
        ),
    ),
    (
        -1,
        "08:30",
        decide(
            "garage",
            "head",
            decisions.give_back,
            "Is this an emergency? If it can wait for your break, you do not need to ask.",
        ),
    ),
    (
        -1,
        "09:15",
        ask(
            "late",
            "finance",
            "school-device",
            "laptop: Finance laptop 2",
            "meetings-and-training",
            "Figures for the governors’ meeting.",
            "offices meeting-rooms",
            (0,),
            "15:30-17:30",
            DEVICE_READY,
        ),
    ),
    (-1, "09:40", decide("late", "head", decisions.approve)),
    (
        -1,
        "11:05",
        ask(
            "remote",
            "teacher",
            "remote-learning",
            "laptop: My own laptop",
            "remote-lesson",
            "Two pupils are at home next week and will join from there.",
            "off-site",
            (3, 7),
            "09:00-12:00",
            {"no-school-equipment": NOTHING_TO_LEND},
        ),
    ),
    (
        -1,
        "13:20",
        ask(
            "doctor",
            "music",
            "teaching-period",
            "phone: My own phone, cracked screen",
            "waiting-for-urgent-call",
            "My doctor rings with a result.",
            "staff-room teaching-areas",
            (0,),
            "13:00-14:30",
        ),
    ),
    (
        -1,
        "14:10",
        ask(
            "nursery",
            "deputy",
            "teaching-period",
            "smart-watch: My own watch",
            "care-of-dependant",
            "My child starts at nursery and they may ring.",
            "offices teaching-areas",
            (1, 2),
            "08:30-12:30",
        ),
    ),
    (
        -1,
        "15:25",
        ask(
            "home",
            "music",
            "remote-learning",
            "laptop: My own laptop",
            "remote-lesson",
            "Singing lesson for a pupil who is ill at home.",
            "off-site",
            (2,),
            "10:00-11:00",
            {"no-school-equipment": NOTHING_TO_LEND, "risk-assessment": RISK},
        ),
    ),
    (
        -1,
        "15:50",
        ask(
            "heads",
            "head",
            "teaching-period",
            "phone: My own phone",
            "family-emergency",
            "My father is being operated on.",
            "offices teaching-areas",
            (1,),
            "10:00-12:00",
        ),
    ),
    (-1, "16:10", lambda: delegation.give(_who("head"), _who("deputy").id, _day(6), _day(10))),
)
