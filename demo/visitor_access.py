"""The demo school's visitors with devices: one in each state, and those who are in the building now (clause 6.5)."""

from demo.story import announce, ask, come, decide, go, need_met
from rules.decisions import deciding

# ruff: noqa: E501

SAFE = {"kept-secure": {"how": "It is locked with a PIN and stays in a bag when it is not used."}}


def talked(people, days, outcome, assessment, because):
    """A discussion about a visitor's device, held so many days from today, and its risk assessment."""
    return {"who": people, "when": days, "outcome": outcome, "assessment": assessment, "because": because}


# One step a line: a table is read across.
# fmt: off
WEEK = (
    (-7, "09:00", ask("boiler device", "site", "visitor-access", "phone: Work phone of Larch Heating", "technical-work", "The plans of the boiler are on it.", "shared-areas", (-6, -5), "08:30-15:00", SAFE, visit="boiler", pupil_handles=False)),
    (-7, "10:10", need_met("boiler device", "head", "visitor-discussion", talked("Hazel Winterbourne and Gwen Ashdown", -7, "Only in the boiler room and on the way to it.", "not-required", "No pupil comes near the boiler room."))),
    (-7, "10:12", decide("boiler device", "head", deciding.approve, "Not while pupils are in the corridor.")),
    (-3, "10:20", ask("speech device", "assistant", "visitor-access", "tablet: Tablet of Brook Speech Therapy", "assessment-or-therapy", "His pictures and notes are on it.", "teaching-areas", (-1, 2), "09:30-11:30", SAFE, visit="speech", pupil_handles=False, with_pupils="One pupil of Kestrel class")),
    (-3, "12:30", need_met("speech device", "head", "visitor-discussion", talked("Hazel Winterbourne and Bea Thistlewood", -3, "He holds the tablet himself and takes no pictures.", "done", "Risk is low: the pupil only looks."))),
    (-3, "12:31", decide("speech device", "head", deciding.approve)),
    (-2, "16:30", ask("photo device", "office", "visitor-access", "laptop: Laptop of the photographer", "technical-work", "To look at the pictures that were taken.", "classroom", (1,), "09:00-12:00", SAFE, visit="photographer", pupil_handles=False, with_pupils="All classes")),
    (-1, "12:00", ask("meeting device", "dsl", "visitor-access", "laptop: Laptop of the council", "notes-and-records", "To write the minutes while walking round.", "shared-areas", (-1,), "14:00-15:00", SAFE, visit="meeting", pupil_handles=False)),
    (-1, "12:40", decide("meeting device", "head", deciding.decline, "Please write the minutes in the meeting room. No permission is needed there.")),
    (-1, "13:00", announce("hearing", "deputy", "deputy", "Petra Lindholm-Moor", "Brook Hearing Service", "professional", "To look at hearing aids", (0,), "")),
    (-1, "13:05", announce("network", "finance", "finance", "Hamish Fairweather", "Owl Networks", "contractor", "To mend the network", (0,), "")),
    (-1, "13:10", announce("harvest", "music", "music", "Delphine Okoro", "", "parent", "To bring a trumpet", (0,), "")),
    (-1, "13:20", ask("hearing device", "deputy", "visitor-access", "laptop: Laptop of the hearing service", "assessment-or-therapy", "It sets up the hearing aids.", "teaching-areas classroom", (0,), "07:00-18:00", SAFE, visit="hearing", pupil_handles=False, with_pupils="Two pupils of Heron class")),
    (-1, "13:40", need_met("hearing device", "head", "visitor-discussion", talked("Hazel Winterbourne and Tobias Marlowe", -1, "An adult of the class stays in the room.", "done", "The pupil never touches the laptop."))),
    (-1, "13:41", decide("hearing device", "head", deciding.approve, "An adult of the class is in the room.")),
    (-1, "15:50", ask("network device", "finance", "visitor-access", "phone: His own phone", "reachable-for-work", "His colleague rings when the line is up.", "teaching-areas", (0,), "07:00-18:00", SAFE, visit="network", pupil_handles=False)),
)
# So many minutes ago, but today: who is in the building, and who has just left.
TODAY = (
    (50, come("harvest", "office", "phone")),
    (35, come("hearing", "office", "laptop phone")),
    (20, go("harvest", "office")),
    (12, come("network", "office", "phone")),
)
# fmt: on
