"""What a permission opens: each kind of exemption says which of these it is, and may I? asks for nothing else."""

from enum import StrEnum


class Door(StrEnum):
    """Something that is forbidden unless an exemption allows it, with the clause that says so."""

    TEACHING = "one's own device where or when staff keep it away"  # 4.3
    HOME = "one's own device for teaching from home"  # 4.7
    SCHOOL = "a device of the school"  # 3.3
    LESSON = "pupils' devices in a lesson activity"  # 5.4, 5.5
    NEED = "a pupil's own device for a special need"  # 5.7
    VISIT = "a visitor's device where they need permission"  # 6.5
