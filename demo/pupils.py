"""The demo school's week with its pupils and their families: agreements, lesson activities, exams, declarations."""

from demo.story import approve_for_parent_alone, ask, decide, report, run, settle, sign, sign_on_paper, sit, talk
from rules.decisions import deciding
from rules.exemptions import activities

# ruff: noqa: E501

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

# One step a line: a table is read across. All of it lies before today; what is asked for reaches into next week.
# fmt: off
WEEK = (
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
