"""The demo school's policy: a version from files, one that the headteacher has published, and a draft."""

from demo.story import who_is

# ruff: noqa: E501
from models import PolicyVersion
from rules.core import clock
from rules.policy import draft as policy_draft
from rules.policy import publishing, sections, versions
from rules.policy.sections import SECTIONS


def loaded(story):
    """The first version was loaded before the week that is told, not when the demo was started."""
    PolicyVersion.update(loaded_at=clock.now()).execute()


def begin(who):
    """Somebody begins a draft."""
    return lambda story: policy_draft.begin(who_is(who))


def change(who, section, key, **words):
    """Somebody changes fields of an entry of the draft. A number of days from today stands for the day."""

    def step(story):
        told = {
            name: story.day(value).isoformat() if isinstance(value, int) else value for name, value in words.items()
        }
        entry = sections.entry_of(policy_draft.find().content, SECTIONS[section], key)
        seen = sections.fingerprint(entry)
        policy_draft.save(who_is(who), SECTIONS[section], key, seen, {**entry, **told})

    return step


def add(who, after, **line):
    """Somebody adds a line of what people must do, below another one."""
    return lambda story: policy_draft.add(who_is(who), SECTIONS["obligations"], line, after)


def publish(who, note):
    """Somebody publishes the draft as it is."""

    def step(story):
        draft = policy_draft.find()
        publishing.publish(who_is(who), draft.revision, versions.newest(), note)

    return step


WATCHES = {
    "clauses": ["5.3"],
    "for": ["pupil"],
    "when": "right now",
    "says": "Take your smart watch off before school and put it with your phone.",
    "easy": [
        {"picture": "watch", "says": "Take your watch off."},
        {"picture": "locker", "says": "It goes where your phone goes."},
    ],
}
CHARGERS = {
    "clauses": ["2.4"],
    "for": ["staff-direct", "staff-nondirect"],
    "when": "always",
    "says": "Charge your device at home, not at school.",
}

# One step a line: a table is read across.
# fmt: off
WEEK = (
    (-8, "07:51", loaded),
    (-5, "15:40", begin("head")),
    (-5, "15:45", change("head", "obligations", "device-in-locker-before-work", says="Put your phone and your smart watch in your locker in the staff room before your working day starts.")),
    (-5, "15:52", add("head", "pupil-device-in-locker", **WATCHES)),
    (-5, "15:58", change("dsl", "sources", "1", edition="2025")),
    (-5, "16:10", publish("head", "Smart watches are named, for pupils and for staff.")),
    (-1, "16:05", begin("dsl")),
    (-1, "16:08", add("dsl", "device-in-locker-before-work", **CHARGERS)),
    (-1, "16:15", change("dsl", "places", "car-park", name="Car park and bicycle shed")),
    (-1, "16:30", change("head", "dates", "front", approved_by="The governing body", approved_on=-1, review_due=240)),
)
# fmt: on
