"""A believable week of the demo school, step by step: days counted from today, the time, what somebody does.

All of it lies before today, so that nothing has happened in the future; what is asked for reaches into next week.
"""

from demo.story import ask, decide, stand_in, withdraw
from rules.decisions import deciding

# ruff: noqa: E501

RISK = {
    "hazards": "Names of pupils could stay in the browser of my laptop.",
    "who": "Pupils, if somebody at home saw their work.",
    "controls": "I work in a private window, sign out after each lesson and nobody else uses the laptop.",
    "residual": "Low.",
    "signed": True,
}
NOTHING_TO_LEND = {"asked": "The office, on Friday. All laptops are lent until next week.", "confirmed": True}
DEVICE_READY = {"pin-set": {"confirmed": True}, "monitoring-notice": {"acknowledged": True}}

# One step a line: a table is read across.
# fmt: off
WEEK = (
    (-6, "09:10", ask("trip", "dsl", "school-device", "phone: School phone 3", "school-trip", "Contact with the office on the farm visit.", "off-site car-park", (-5, -1), "09:00-15:00", DEVICE_READY)),
    (-6, "12:30", decide("trip", "head", deciding.approve)),
    (-6, "15:45", ask("finance", "finance", "remote-learning", "laptop: My own laptop", "online-staff-meeting", "I would like to join the finance briefing from home.", "off-site", (-3,), "13:00-14:00", {"no-school-equipment": NOTHING_TO_LEND, "risk-assessment": RISK})),
    (-5, "08:20", decide("finance", "head", deciding.decline, "The finance laptop is free that day. Please borrow it from the office.")),
    (-5, "10:00", ask("choir", "music", "school-device", "tablet: Tablet 9", "lesson-work", "Recording our choir practice.", "teaching-areas shared-areas", (-4, 3), "10:00-11:30", DEVICE_READY)),
    (-5, "12:40", decide("choir", "deputy", deciding.approve)),
    (-4, "16:05", ask("site", "site", "school-device", "phone: School phone 1", "planning-and-records", "Site visit at the other building.", "car-park offices", (1,), "08:00-10:00", DEVICE_READY)),
    (-3, "08:05", withdraw("site", "site")),
    (-3, "11:20", decide("choir", "head", deciding.revoke, "Tablet 9 has to go back for repair. Please ask again for another one.")),
    (-3, "15:30", ask("maths", "assistant", "school-device", "tablet: Tablet 4", "lesson-work", "Number games with one pupil in the afternoon.", "teaching-areas classroom", (-2, 3), "08:30-15:30", DEVICE_READY)),
    (-2, "08:10", decide("maths", "head", deciding.approve)),
    (-2, "12:15", ask("post", "office", "school-device", "phone: Office mobile", "school-contact-with-parents", "Calls to parents while the switchboard is down.", "administration-office reception", (-1, 4), "07:30-09:00", DEVICE_READY)),
    (-2, "12:50", decide("post", "deputy", deciding.approve)),
    (-2, "16:00", ask("mother", "teacher", "teaching-period", "phone: My own phone, blue case", "family-emergency", "My mother is in hospital and the ward may ring.", "staff-room offices teaching-areas", (-1, 1), "09:00-15:00")),
    (-2, "16:40", decide("mother", "deputy", deciding.approve, "Silent, in your pocket. Take a call in the corridor, away from pupils.")),
    (-1, "07:55", ask("garage", "assistant", "teaching-period", "phone: My own phone", "other-emergency", "My car is being repaired.", "staff-room", (1,), "11:00-12:00")),
    (-1, "08:30", decide("garage", "head", deciding.return_to_asker, "Is this an emergency? If it can wait for your break, you do not need to ask.")),
    (-1, "09:15", ask("late", "finance", "school-device", "laptop: Finance laptop 2", "meetings-and-training", "Figures for the governors’ meeting.", "offices meeting-rooms", (0,), "15:30-17:30", DEVICE_READY)),
    (-1, "09:40", decide("late", "head", deciding.approve)),
    (-1, "11:05", ask("remote", "teacher", "remote-learning", "laptop: My own laptop", "remote-lesson", "Two pupils are at home next week and will join from there.", "off-site", (3, 7), "09:00-12:00", {"no-school-equipment": NOTHING_TO_LEND})),
    (-1, "13:20", ask("doctor", "music", "teaching-period", "phone: My own phone, cracked screen", "waiting-for-urgent-call", "My doctor rings with a result.", "staff-room teaching-areas", (0,), "13:00-14:30")),
    (-1, "14:10", ask("nursery", "deputy", "teaching-period", "smart-watch: My own watch", "care-of-dependant", "My child starts at nursery and they may ring.", "offices teaching-areas", (1, 2), "08:30-12:30")),
    (-1, "15:25", ask("home", "music", "remote-learning", "laptop: My own laptop", "remote-lesson", "Singing lesson for a pupil who is ill at home.", "off-site", (2,), "10:00-11:00", {"no-school-equipment": NOTHING_TO_LEND, "risk-assessment": RISK})),
    (-1, "15:50", ask("heads", "head", "teaching-period", "phone: My own phone", "family-emergency", "My father is being operated on.", "offices teaching-areas", (1,), "10:00-12:00")),
    (-1, "16:10", stand_in("head", "deputy", (6, 10))),
)
# fmt: on
