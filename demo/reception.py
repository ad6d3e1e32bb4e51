"""Reception of the demo school: visitors with a device in each state (6.5), tablets, who is not let in, who is inside."""

from demo.story import announce, ask, come, complete, decide, go, who_is
from models import AdmissionAlert
from rules.core import clock
from rules.core.errors import Invalid
from rules.decisions import deciding
from rules.policy.in_force import policy_in_force
from rules.reception import admission, stays, tablet_sign_in, tablet_sign_out, tablets
from rules.visitors import duplicates, validation, visits, watchlist

# ruff: noqa: E501

SAFE = {"kept-secure": {"how": "It is locked with a PIN and stays in a bag when it is not used."}}


def talked(people, days, outcome, assessment, because):
    """A discussion about a visitor's device, held so many days from today, and its risk assessment."""
    return {"who": people, "when": days, "outcome": outcome, "assessment": assessment, "because": because}


# --- Who is not let in before the headteacher is asked --------------------------------------------------------


def put_on(key, who, name, reason):
    """The headteacher or the DSL puts somebody on the list."""

    def step(story):
        story.asked[key] = watchlist.put_on(who_is(who), name, reason)

    return step


def take_off(key, who):
    """The headteacher or the DSL takes off the list who was put on under `key`."""
    return lambda story: watchlist.take_off(who_is(who), story.asked[key])


def turn_away(who, host, name, organisation, purpose):
    """Somebody who is on the list wants to come in, and reception is told to ask the headteacher first."""

    def step(story):
        days = (clock.today(), clock.today())
        said = validation.VisitDetails(name, organisation, "contractor", who_is(host).id, *days, purpose)
        try:
            stays.walk_in(who_is(who), said, True, ())
        except Invalid:
            return
        raise AssertionError("nobody on the list is signed in")

    return step


def answer(who, let_in):
    """The headteacher or the DSL answers the newest alert."""

    def step(story):
        newest = AdmissionAlert.select(AdmissionAlert.id).order_by(AdmissionAlert.id.desc()).scalar()
        admission.answer(who_is(who), newest, let_in)

    return step


def merge(who, key, other):
    """Somebody says that the visitors announced under two keys are one person."""

    def step(story):
        kept, gone = (visits.one(story.asked[each]).visitor for each in (key, other))
        duplicates.merge(who_is(who), kept, gone)

    return step


# --- Tablets --------------------------------------------------------------------------------------------------


def switch_on(key, who, name):
    """The office switches a tablet on. Nobody has its cookie: to try a tablet, make one of your browser."""

    def step(story):
        story.asked[key] = tablets.switch_on(who_is(who), name)

    return step


def switch_off(key, who):
    """The office switches the tablet of this key off."""
    return lambda story: tablets.switch_off(who_is(who), story.asked[key].id)


def arrive(key, tablet, name, organisation, kind, host, carries="", needs_device=False, vehicle=""):
    """A visitor signs in at a tablet."""

    def step(story):
        said = tablet_sign_in.Said(
            *(name, organisation, kind, who_is(host).id, vehicle), tuple(carries.split()), needs_device
        )
        accepted = tablet_sign_in.Accepted(policy_in_force().version, True, True)
        story.asked[key] = tablet_sign_in.arrive(story.asked[tablet], said, accepted)

    return step


def leave(key, tablet):
    """That visitor signs out at a tablet."""
    return lambda story: tablet_sign_out.leave(story.asked[tablet], story.asked[key].name, story.asked[key].code)


# --- The week -------------------------------------------------------------------------------------------------


# One step a line: a table is read across.
# fmt: off
WEEK = (
    # Visitors with devices.
    (-7, "09:00", ask("boiler device", "site", "visitor-access", "phone: Work phone of Larch Heating", "technical-work", "The plans of the boiler are on it.", "shared-areas", (-6, -5), "08:30-15:00", SAFE, visit="boiler", pupil_handles=False)),
    (-7, "10:10", complete("boiler device", "head", "visitor-discussion", talked("Hazel Winterbourne and Gwen Ashdown", -7, "Only in the boiler room and on the way to it.", "not-required", "No pupil comes near the boiler room."))),
    (-7, "10:12", decide("boiler device", "head", deciding.approve, "Not while pupils are in the corridor.")),
    (-3, "10:20", ask("speech device", "assistant", "visitor-access", "tablet: Tablet of Brook Speech Therapy", "assessment-or-therapy", "His pictures and notes are on it.", "teaching-areas", (-1, 2), "09:30-11:30", SAFE, visit="speech", pupil_handles=False, with_pupils="One pupil of Kestrel class")),
    (-3, "12:30", complete("speech device", "head", "visitor-discussion", talked("Hazel Winterbourne and Bea Thistlewood", -3, "He holds the tablet himself and takes no pictures.", "done", "Risk is low: the pupil only looks."))),
    (-3, "12:31", decide("speech device", "head", deciding.approve)),
    (-2, "16:30", ask("photo device", "office", "visitor-access", "laptop: Laptop of the photographer", "technical-work", "To look at the pictures that were taken.", "classroom", (1,), "09:00-12:00", SAFE, visit="photographer", pupil_handles=False, with_pupils="All classes")),
    (-1, "12:00", ask("meeting device", "dsl", "visitor-access", "laptop: Laptop of the council", "notes-and-records", "To write the minutes while walking round.", "shared-areas", (-1,), "14:00-15:00", SAFE, visit="meeting", pupil_handles=False)),
    (-1, "12:40", decide("meeting device", "head", deciding.decline, "Please write the minutes in the meeting room. No permission is needed there.")),
    (-1, "13:00", announce("hearing", "deputy", "deputy", "Petra Lindholm-Moor", "Brook Hearing Service", "professional", "To look at hearing aids", (0,), "")),
    (-1, "13:05", announce("network", "finance", "finance", "Hamish Fairweather", "Owl Networks", "contractor", "To mend the network", (0,), "")),
    (-1, "13:10", announce("harvest", "music", "music", "Delphine Okoro", "", "parent", "To bring a trumpet", (0,), "")),
    (-1, "13:20", ask("hearing device", "deputy", "visitor-access", "laptop: Laptop of the hearing service", "assessment-or-therapy", "It sets up the hearing aids.", "teaching-areas classroom", (0,), "07:00-18:00", SAFE, visit="hearing", pupil_handles=False, with_pupils="Two pupils of Heron class")),
    (-1, "13:40", complete("hearing device", "head", "visitor-discussion", talked("Hazel Winterbourne and Tobias Marlowe", -1, "An adult of the class stays in the room.", "done", "The pupil never touches the laptop."))),
    (-1, "13:41", decide("hearing device", "head", deciding.approve, "An adult of the class is in the room.")),
    (-1, "15:50", ask("network device", "finance", "visitor-access", "phone: His own phone", "reachable-for-work", "His colleague rings when the line is up.", "teaching-areas", (0,), "07:00-18:00", SAFE, visit="network", pupil_handles=False)),
    # The list, and volunteers who come often. Nobody stands at reception today: that would wait for an answer at once.
    (-8, "15:00", put_on("gutters", "dsl", "Roderick Thornapple", "He filmed in the corridor of Heron class, and his firm has taken him off our jobs. Nobody but us needs to know why.")),
    (-7, "09:20", put_on("sales", "head", "Percival Mossgrove", "He came three times to sell us tablets and would not leave.")),
    (-3, "16:30", take_off("sales", "head")),
    (-4, "10:05", turn_away("office", "site", "roderick thornapple", "Thornapple & Sons", "To look at the gutters")),
    (-4, "10:07", answer("dsl", False)),
    (-2, "14:45", announce("gutters again", "site", "site", "Roderick Thornapple", "Thornapple & Sons", "contractor", "To look at the gutters", (2,), "10:00-11:00")),
    (-7, "08:40", announce("reading-first", "teacher", "teacher", "Maeve Null", "", "volunteer", "Reading with Kestrel class", (-6,), "13:00-15:00")),
    (-6, "12:58", come("reading-first", "office", "phone")),
    (-6, "15:02", go("reading-first", "office")),
    (-8, "16:00", announce("garden", "site", "site", "Winifred Oakhurst", "", "volunteer", "To help in the garden", (-7,), "")),
    (-8, "16:01", announce("garden again", "site", "site", "Winifred Oakhurst", "", "volunteer", "To help in the garden", (-5,), "")),
    (-8, "16:02", announce("garden third", "site", "site", "Winnie Oakhurst", "", "volunteer", "To help in the garden", (-3,), "")),
    (-7, "10:00", come("garden", "office", "phone")),
    (-7, "12:00", go("garden", "office")),
    (-5, "10:00", come("garden again", "office", "phone")),
    (-5, "12:00", go("garden again", "office")),
    (-3, "10:00", come("garden third", "office", "phone")),
    (-3, "12:00", go("garden third", "office")),
    (-2, "08:30", merge("office", "garden", "garden third")),
    (-4, "15:10", announce("reading-today", "teacher", "teacher", "Maeve Null", "", "volunteer", "Reading with Kestrel class", (0,), "13:00-15:00")),
    # One tablet in use, one switched off, and visitors who signed in at the first.
    (-8, "08:05", switch_on("trial tablet", "office", "Hall, on trial")),
    (-7, "15:30", switch_off("trial tablet", "office")),
    (-7, "15:40", switch_on("tablet", "office", "Front desk")),
    (-2, "13:05", arrive("eye test", "tablet", "Ines Quarrie", "Barley Lane Opticians", "professional", "deputy", "phone tablet")),
    (-2, "14:10", leave("eye test", "tablet")),
    (-1, "08:40", arrive("forms", "tablet", "Corwin Applegarth", "", "parent", "office", "smart-watch", vehicle="CA11 BUS")),
    (-1, "08:55", leave("forms", "tablet")),
)
# So many minutes ago, but today: who is in the building, and who has just left.
TODAY = (
    (50, come("harvest", "office", "phone")),
    (35, come("hearing", "office", "laptop phone")),
    (20, go("harvest", "office")),
    (12, come("network", "office", "phone")),
    (28, arrive("language", "tablet", "Ines Quarrie", "Barley Lane Opticians", "professional", "deputy", "phone tablet", True)),
)
# fmt: on
