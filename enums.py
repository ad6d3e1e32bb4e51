"""The words that the database and the program share for what something can be. Pages may import these, never tables."""

from enum import StrEnum


class Role(StrEnum):
    """The roles of the policy; a person may hold several (clause 1.3)."""

    HEADTEACHER = "headteacher"
    DSL = "dsl"
    DEPUTY_DSL = "deputy-dsl"
    SLT = "slt"
    STAFF_DIRECT = "staff-direct"
    STAFF_NONDIRECT = "staff-nondirect"
    OFFICE = "office"
    PUPIL = "pupil"
    PARENT = "parent"
    GOVERNOR = "governor"
    REGIONAL_DIRECTOR = "regional-director"
    REGULAR_VISITOR = "regular-visitor"


class ExemptionState(StrEnum):
    """Where an exemption stands. *In force* and *ended* are not states: they follow from the clock."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


class Verdict(StrEnum):
    """What a decision says."""

    APPROVED = "approved"
    DECLINED = "declined"
    RETURNED = "returned"
    REVOKED = "revoked"


class ObligationTiming(StrEnum):
    """When an obligation binds: its group on a person's page."""

    RIGHT_NOW = "right now"
    ALWAYS = "always"
    BEFORE = "before"


class ParentAccess(StrEnum):
    """What a parent or carer may know and do for a child (clauses 5.7, 5.14)."""

    SIGNS = "signs"
    SEES = "sees"
    NOTHING = "nothing"


class RequiredSigners(StrEnum):
    """Whose signatures an agreement needs (clause 5.7d)."""

    BOTH = "both"
    PARENT = "parent"
    PUPIL = "pupil"


class SigningParty(StrEnum):
    """On which side of the family somebody signs an agreement."""

    PARENT = "parent"
    PUPIL = "pupil"


class VisitorKind(StrEnum):
    """What brings somebody to the school (clause 6)."""

    PARENT = "parent"
    PROFESSIONAL = "professional"
    CONTRACTOR = "contractor"
    VOLUNTEER = "volunteer"
    GOVERNOR = "governor"
    OTHER = "other"


class AcknowledgedItem(StrEnum):
    """What people acknowledge of the policy: their obligations, role by role, and texts for all (3.5, 7.1, 8.5)."""

    OBLIGATIONS = "obligations"
    COMPLAINTS = "complaints"
    WHISTLEBLOWING = "whistleblowing"
    MONITORING = "monitoring"


class DeviceState(StrEnum):
    """Where a school device stands; whether it is lent is told by its loan (clause 3.3)."""

    IN_USE = "in use"
    LOST = "lost"
    DAMAGED = "damaged"
    RETIRED = "retired"


class LockerArea(StrEnum):
    """Where lockers stand: pupils' in the administration office, staff's in the staff room (clauses 2.3, 2.4)."""

    PUPILS = "pupils"
    STAFF = "staff"


class HandInOutcome(StrEnum):
    """What somebody came with on a day: a device, nothing to hand in, or they did not come (clause 2.3)."""

    DEVICE = "device"
    NOTHING = "nothing"
    ABSENT = "absent"


class DayKind(StrEnum):
    """What somebody has said of a day of the school calendar; it counts before all else."""

    SCHOOL = "school"
    CLOSED = "closed"
    INSET = "inset"
    BANK_HOLIDAY = "bank holiday"
