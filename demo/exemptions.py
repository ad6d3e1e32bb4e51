"""What is asked for in a believable week of the demo school: for staff, for pupils and their families, for lessons.

A step is days counted from today, the time, and what somebody does. All of it lies before today, so that nothing has
happened in the future; what is asked for reaches into next week.
"""

from demo.story import (
    approve_for_parent_alone,
    ask,
    decide,
    report,
    run,
    settle,
    sign,
    sign_on_paper,
    sit,
    stand_in,
    talk,
    withdraw,
)
from rules.decisions import deciding
from rules.exemptions import activities

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
LESSON_RISK = {
    "activity-assessment": {
        "hazards": "A pupil takes pictures of others, or opens something else.",
        "who": "Every pupil in the room.",
        "controls": "Tablets are counted out and in. Cameras are off. Two adults are in the room.",
        "residual": "Low, with two adults in the room.",
        "review": 60,
        "signed": True,
    }
}
EVERYWHERE = "classroom teaching-areas shared-areas offices"

# One step a line: a table is read across.
# fmt: off
STAFF = (
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
PUPILS = (
    # Robin's medical story: asked, talked over, approved, signed by both, in force. It ends soon, so it can be asked for again.
    (-7, "08:15", ask("sugar", "parent", "exceptional-access", "phone: Robin’s phone with the sugar app", "health-monitoring", "Robin’s sensor sends the blood sugar to this phone. It must be near at all times.", EVERYWHERE, (-6, 9), "07:00-18:00", pupil="pupil", audible_alert=True)),
    (-7, "12:05", talk("sugar", "head", "discussion", "Dana Applegarth, the school nurse and the headteacher", -7, "The phone stays in Robin’s belt bag. The alarm may sound. Staff of Kestrel class know what to do.")),
    (-7, "12:10", decide("sugar", "head", deciding.approve)),
    (-7, "18:30", sign("sugar", "parent")),
    (-6, "08:05", sign("sugar", "pupil")),
    # Mia's communication aid: approved; the pupil signed on paper, her mother has not signed yet.
    (-4, "09:20", ask("talker", "deputydsl", "exceptional-access", "tablet: Mia’s talker", "communication-aid", "Mia speaks with this tablet at home and needs the same one in lessons.", EVERYWHERE, (-3, 40), "07:00-18:00", pupil="mia", audible_alert=True)),
    (-4, "13:00", talk("talker", "head", "discussion", "Nia Brackenbury, Mia and the headteacher", -4, "The tablet is set to the speech app alone.")),
    (-3, "08:25", decide("talker", "head", deciding.approve, "The speech app alone.")),
    (-3, "14:00", sign_on_paper("talker", "office", "mia", -3, "Nia Brackenbury", "pupil file, office cabinet 2")),
    # Ivo's headphones: a parent signs alone; Ivo sits an exam today.
    (-5, "10:10", ask("calm", "parent3", "exceptional-access", "phone: Ivo’s old phone and headphones", "calm-and-sensory", "Loud rooms are hard for Ivo. Music helps him to stay.", "classroom shared-areas", (-4, 30), "07:00-18:00", pupil="ivo")),
    (-5, "12:20", talk("calm", "head", "discussion", "Bram Merriweather and the headteacher", -5, "A phone without a SIM card.")),
    (-5, "12:25", approve_for_parent_alone("calm", "head", "Ivo does not sign yet; the agreement was read to him.")),
    (-5, "19:00", sign("calm", "parent3")),
    # A mother asks to reach her child; the discussion has not been written down.
    (-1, "18:40", ask("reach", "parent", "parent-contact", "smart-watch: Robin’s watch", "messages-from-home", "I travel for work and cannot ring the office from the plane.", "reception shared-areas", (2, 12), "08:30-15:30", pupil="pupil")),
    # Lesson activities: one that is over, one for today, one that waits.
    (-4, "15:10", ask("film", "teacher", "educational-activity", "tablet: Six tablets from the office", "activity-school-devices", "Filming a weather report.", "classroom", (-2,), "10:00-11:00", LESSON_RISK, pupils="pupil arlo arlo2 saffron")),
    (-4, "16:00", decide("film", "deputy", deciding.approve)),
    (-2, "10:02", run("film", "teacher", activities.start)),
    (-2, "10:55", run("film", "teacher", activities.end)),
    (-1, "09:05", ask("quiz", "teacher", "educational-activity", "tablet: Four tablets from the office", "activity-school-devices", "A quiz about staying safe online.", "classroom teaching-areas", (0,), "07:00-18:00", LESSON_RISK, pupils="pupil arlo arlo2 saffron")),
    (-1, "12:15", decide("quiz", "deputy", deciding.approve, "Cameras off.")),
    (-1, "14:45", ask("sound", "music", "educational-activity", "phone: The pupils’ own phones", "activity-pupils-devices", "Recording sounds of the school for a song. No school recorder is small enough.", "teaching-areas car-park", (1,), "13:00-14:00", LESSON_RISK, pupils="ivo tamsin")),
    # Two members of staff know a family: one arrangement made, one still talked over.
    (-6, "16:20", ask("neighbour", "site", "known-family", "phone: My own phone", "friend-or-neighbour", "Robin’s family lives next door. Our children play together.", "", (-6, 100), "07:00-18:00")),
    (-5, "09:00", talk("neighbour", "dsl", "discussion-dsl", "Gwen Ashdown and the DSL", -5, "Known for years, no concern.")),
    (-5, "09:30", talk("neighbour", "head", "discussion-head", "Gwen Ashdown and the headteacher", -5, "Private contact stays private.")),
    (-5, "09:35", decide("neighbour", "head", deciding.approve, "No talk about school. Anything about Robin goes through the office.")),
    (-2, "15:50", ask("cousin", "assistant", "known-family", "phone: My own phone", "relative", "Saffron is my cousin’s daughter and writes to me at weekends.", "", (0, 60), "07:00-18:00")),
    (-1, "10:30", talk("cousin", "dsl", "discussion-dsl", "Bea Thistlewood and the DSL", -1, "Family contact outside school only.")),
    # Exams: one today, one the day after tomorrow, a device that was found.
    (-3, "09:00", sit("office", "Functional Skills English", "Pinewood Awards", 0, "08:00-17:30", "ivo")),
    (-3, "09:05", sit("office", "Entry Level Science", "Pinewood Awards", 2, "09:30-11:00", "mia ivo tamsin")),
    (-6, "11:10", report("watch", "music", "Functional Skills Maths", "Pinewood Awards", "tamsin", -6, "10:20", "A smart watch, silver", "It lit up under the table. Tamsin handed it over at once.")),
    (-4, "08:40", settle("watch", "head", -5, "PA-2211", "A warning. The result stands.")),
    (-2, "11:40", report("phone", "deputydsl", "Entry Level Computing", "Pinewood Awards", "arlo2", -2, "11:15", "A phone, black", "It rang in his bag. Nobody had seen it before.")),
)
# fmt: on
WEEK = (*STAFF, *PUPILS)
