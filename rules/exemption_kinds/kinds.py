"""Every kind of exemption, declared once: clause, who may ask, who decides, what is needed first, what follows.

A new kind is one declaration here; its purposes are in the policy pack. Nothing else asks which kind it is: what a
kind needs that others do not is named in its declaration, and the rest of the program asks for that.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from enums import Role
from rules.auth.permissions import LEADERSHIP, STAFF
from rules.exemption_kinds.prerequisites import (
    ACTIVITY_ASSESSMENT,
    DISCUSSION,
    DISCUSSION_WITH_DSL,
    DISCUSSION_WITH_HEAD,
    KEPT_SECURE,
    MONITORING_NOTICE,
    NO_SCHOOL_EQUIPMENT,
    PIN_SET,
    RISK_ASSESSMENT,
    VISITOR_DISCUSSION,
)


class Scope(StrEnum):
    """Something that is forbidden unless an exemption allows it, with the clause that says so."""

    TEACHING = "one's own device where or when staff keep it away"  # 4.3
    HOME = "one's own device for teaching from home"  # 4.7
    SCHOOL = "a device of the school"  # 3.3
    LESSON = "pupils' devices in a lesson activity"  # 5.4, 5.5
    NEED = "a pupil's own device for a special need"  # 5.7
    VISIT = "a visitor's device where they need permission"  # 6.5


# --- The kinds ----------------------------------------------------------------------------------------------


HEAD_ALONE = frozenset({Role.HEADTEACHER})


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of exemption, of which there is one object. `deciders` are roles; the headteacher decides every kind.

    `for_pupil`: it is for a pupil, whoever asks. `for_visitor`: it is for somebody who visits, holds only while they
    are in the building, and ends when they sign out. `with_pupils`: pupils take part. `asks` are further questions of
    the form: weekdays, audible_alert, exam_permission, involved, pupil_handles. `one_day`, `all_day`: the last day or
    the times are not asked. `places` are where it holds when the form does not ask, `not_at` those that the form leaves
    out. `agreement`: a written one must be signed before it is in force. `session`: it is in force only between Start
    and End on the day. `confidential`: only its asker and those who decide see it, no list shows it, and each look is
    on the trail. `arrangement` is what the words of an approval are called where there must be some. `lends`: with it
    the asker borrows a device of that kind from the school. `opens` is what it allows, None where it allows no use of a
    device. `own_purposes`: only with these purposes it is about people's own devices, with others about the school's.
    `labels` replace the usual label and hint of a field.
    """

    id: str
    clause: str
    name: str
    title: str
    summary: str
    askers: frozenset
    deciders: frozenset
    prerequisites: tuple = ()
    for_pupil: bool = False
    for_visitor: bool = False
    with_pupils: bool = False
    asks: frozenset = frozenset()
    one_day: bool = False
    all_day: bool = False
    places: tuple = ()
    not_at: frozenset = frozenset()
    agreement: bool = False
    session: bool = False
    confidential: bool = False
    arrangement: str = ""
    lends: bool = False
    opens: Scope | None = None
    own_purposes: frozenset = frozenset()
    labels: dict = field(default_factory=dict)

    def prerequisite(self, key):
        """The prerequisite of that id, or None."""
        return next((prerequisite for prerequisite in self.prerequisites if prerequisite.id == key), None)

    @cached_property
    def holders(self):
        """The roles of whom such an exemption is for; nobody who holds none of them any more is permitted anything."""
        return frozenset({Role.PUPIL}) if self.for_pupil else self.askers

    @property
    def prerequisites_of_asker(self):
        """The prerequisites that stand on the form, because the asker completes them."""
        return tuple(prerequisite for prerequisite in self.prerequisites if prerequisite.by == "asker")

    @property
    def window(self):
        """The questions of the form that say when and where, by field name."""
        asked = {"starts_on", "ends_on", "starts_at", "ends_at", "zones"}
        asked -= {"ends_on"} if self.one_day else set()
        asked -= {"starts_at", "ends_at"} if self.all_day else set()
        return asked - ({"zones"} if self.places else set())


FOR_A_PUPIL = frozenset({"weekdays", "audible_alert", "exam_permission"})

KINDS = {
    kind.id: kind
    for kind in (
        Kind(
            "teaching-period",
            "4.3",
            "teaching-period use",
            "Use my own device in a teaching period",
            "For a personal emergency, such as a call you must be able to take.",
            STAFF,
            LEADERSHIP,
            not_at=frozenset({"off-site"}),  # to teach from there is 4.7
            opens=Scope.TEACHING,
        ),
        Kind(
            "remote-learning",
            "4.7",
            "remote learning on own device",
            "Use my own device for remote learning",
            "Only where no school equipment is available. It needs a risk assessment, and the headteacher decides.",
            STAFF,
            HEAD_ALONE,
            (NO_SCHOOL_EQUIPMENT, RISK_ASSESSMENT),
            places=("off-site",),
            opens=Scope.HOME,
        ),
        Kind(
            "school-device",
            "3.3",
            "school device",
            "Use a school device",
            "For a phone, tablet or laptop that belongs to the school.",
            STAFF,
            LEADERSHIP,
            (PIN_SET, MONITORING_NOTICE),
            lends=True,
            opens=Scope.SCHOOL,
        ),
        Kind(
            "educational-activity",
            "5.5",
            "educational activity",
            "Let pupils use devices in a lesson activity",
            "For one lesson that you plan and lead. It needs a risk assessment, and SLT or the headteacher decides. "
            "On the day you start and end it here.",
            frozenset({Role.STAFF_DIRECT}),
            LEADERSHIP,
            (ACTIVITY_ASSESSMENT,),
            with_pupils=True,
            one_day=True,
            session=True,
            opens=Scope.LESSON,
            own_purposes=frozenset({"activity-pupils-devices"}),
            labels={
                "device": ("Which devices?", "For example, “six tablets from the office” or “the pupils’ own phones”"),
                "purpose": ("Whose devices are they?", ""),
                "reason": ("What is the aim of the activity?", "Only the people who decide will read this."),
                "starts_on": ("Day", ""),
                "zones": ("Where will it be?", ""),
            },
        ),
        Kind(
            "exceptional-access",
            "5.7b",
            "exceptional access",
            "Let a pupil use a device for a special need",
            "For example to watch a health condition, or to communicate. The headteacher talks with you first. "
            "It is allowed only once a written agreement is signed.",
            STAFF | {Role.PARENT, Role.PUPIL},
            HEAD_ALONE,
            (DISCUSSION,),
            for_pupil=True,
            asks=FOR_A_PUPIL,
            agreement=True,
            opens=Scope.NEED,
            labels={
                "purpose": ("What is it needed for?", ""),
                "reason": (
                    "Why is it needed?",
                    "Only the people who decide will read this. It never shows on a list or in the agreement.",
                ),
                "zones": ("Where will it be used?", ""),
            },
        ),
        Kind(
            "parent-contact",
            "5.7a",
            "parent contact",
            "Reach my child on their own device",
            "Usually you ring the office. If that is not enough, ask here. The headteacher talks with you first. "
            "It is allowed only once a written agreement is signed.",
            frozenset({Role.PARENT}),
            HEAD_ALONE,
            (DISCUSSION,),
            for_pupil=True,
            asks=FOR_A_PUPIL,
            agreement=True,
            opens=Scope.NEED,
            labels={
                "purpose": ("How will you reach your child?", ""),
                "reason": (
                    "Why is ringing the office not enough?",
                    "Only the people who decide will read this. It never shows on a list or in the agreement.",
                ),
                "zones": ("Where will your child use it?", ""),
            },
        ),
        Kind(
            "known-family",
            "4.5",
            "pre-existing relationship",
            "Tell us that I know a pupil or their family",
            "For example a relative, a friend or a neighbour. You talk with the DSL and with the headteacher, who then "
            "write down what is arranged. Only you and those two see this.",
            STAFF,
            HEAD_ALONE,
            (DISCUSSION_WITH_DSL, DISCUSSION_WITH_HEAD),
            all_day=True,
            places=("off-site",),
            confidential=True,
            arrangement="What is arranged",
            labels={
                "device_kind": ("On what kind of device are you in touch?", ""),
                "purpose": ("How do you know each other?", ""),
                "reason": (
                    "Who is it, and what could make it hard to keep to the policy?",
                    "Only the DSL and the headteacher will read this, and it is noted each time they do.",
                ),
            },
        ),
        Kind(
            "visitor-access",
            "6.5",
            "visitor access",
            "Let a visitor use their device",
            "A visitor needs no permission at reception, in the offices, the meeting rooms and the car park. For any "
            "other place the headteacher talks about it with you and decides, before the device is used.",
            STAFF,
            HEAD_ALONE,
            (KEPT_SECURE, VISITOR_DISCUSSION),
            for_visitor=True,
            opens=Scope.VISIT,
            asks=frozenset({"involved", "pupil_handles"}),
            labels={
                "device": ("Which one?", "For example, “tablet of the health trust”"),
                "purpose": ("What do they need it for?", ""),
                "reason": ("Why is it needed?", "Only the people who decide will read this."),
                "zones": ("Where will they use it?", "Only places where permission is needed are listed."),
            },
        ),
    )
}


def kinds_for(actor):
    """The kinds this person may ask for, in the order they are declared."""
    return [kind for kind in KINDS.values() if actor.holds(*kind.askers)]
