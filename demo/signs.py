"""The demo school's signs for visitors, and what its staff saw visitors do: all of it before today."""

from demo.story import has_read, look_at_sign, tell, tell_more

# ruff: noqa: E501

# One step a line: a table is read across.
# fmt: off
WEEK = (
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
