"""The demo school's visitors: those of the last days, one who was not signed out yesterday, and those to come.

And the signs for them, and what staff saw visitors do.
"""

from demo.story import announce, come, go, has_read, look_at_sign, tell, tell_more

# ruff: noqa: E501

# One step a line: a table is read across. Whoever came, came before today; today's are announced.
# fmt: off
WEEK = (
    (-8, "14:00", announce("boiler", "site", "site", "Tomasz Ferncastle; Jo O’Dell", "Larch Heating Ltd", "contractor", "To mend the boiler", (-6, -5), "08:30-15:00", "LR24 HTG")),
    (-8, "13:10", announce("look", "site", "site", "Ferncastle, Tomasz", "Larch Heating", "contractor", "To look at the boiler", (-7,), "10:00-11:00")),
    (-7, "10:05", come("look", "office", "phone")),
    (-7, "10:50", go("look", "office")),
    (-6, "08:35", come("boiler", "office", "phone tablet")),
    (-6, "14:40", go("boiler", "office")),
    (-5, "08:25", come("boiler", "office", "phone")),
    (-5, "13:10", go("boiler", "head")),
    (-5, "09:15", announce("reading", "teacher", "teacher", "Maeve Null", "", "volunteer", "Reading with Kestrel class", (-4,), "13:00-15:00")),
    (-4, "13:02", come("reading", "office", "phone")),
    (-4, "15:05", go("reading", "office")),
    (-3, "10:00", announce("speech", "deputy", "assistant", "Seán Ó Súilleabháin", "Brook Speech Therapy", "professional", "A lesson with a pupil who uses a talker", (-1, 2), "09:30-11:30")),
    (-2, "11:00", announce("governors", "head", "head", "Edwin Harcastle; Winifred Oduya", "", "governor", "A walk through the school", (0,), "14:00-15:30")),
    (-2, "12:30", announce("reading-again", "teacher", "teacher", "maeve null", "", "volunteer", "Reading with Kestrel class", (1,), "13:00-15:00")),
    (-2, "16:10", announce("photographer", "office", "office", "Ottoline Grüber", "Lantern School Photographs", "contractor", "Class photographs", (1,), "09:00-12:00", "LS22 PIX")),
    (-1, "09:32", come("speech", "office", "phone laptop")),
    (-1, "11:25", go("speech", "office")),
    (-1, "11:40", announce("meeting", "dsl", "dsl", "Ravi Dunmore", "The council’s family team", "professional", "A meeting about a family", (-1,), "14:00-15:00")),
    (-1, "14:04", come("meeting", "office", "phone")),
    (-1, "15:45", announce("parcel", "finance", "finance", "Bogdan Whitlock", "Hare Office Supplies", "contractor", "To deliver and set up a printer", (0,), "")),
    # The signs, and what was seen.
    (-7, "08:40", look_at_sign("office", "front-door")),
    (-7, "08:45", look_at_sign("office", "reception-desk")),
    (-7, "08:50", look_at_sign("office", "visitors-toilet", "The sign has come off the wall.")),
    (-6, "09:00", look_at_sign("office", "visitors-toilet")),
    (-3, "15:55", look_at_sign("deputy", "car-park-gate", "The sun has bleached it. Nobody can read the last line.")),
    (-5, "10:35", tell("camera", "teacher", "A man in a yellow work jacket, from the roofers", "The playground by the ramp", "He took a picture of the roof while Kestrel class was outside.", True, "He deleted it in front of me and said he had not known.")),
    (-5, "11:20", has_read("camera", "dsl")),
    (-4, "08:30", tell_more("camera", "teacher", "He said good morning today and left his phone in the van.")),
    (-1, "14:20", tell("call", "site", "A woman with a blue rucksack", "The corridor outside the hall", "She talked on her phone while pupils went past her.", True, "She said sorry and went to the car park.")),
)
# fmt: on
