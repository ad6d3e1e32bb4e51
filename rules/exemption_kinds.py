"""Every kind of exemption, declared once: clause, who may ask, who decides, what is needed first.

A new kind is one declaration here; its purposes are in the policy pack. Nothing else asks which kind it is.
"""

from dataclasses import dataclass

from models import Role
from rules.roles import LEADERSHIP, STAFF


@dataclass(frozen=True)
class Question:
    """One thing a need asks. A tick has no text; its label is the statement that is ticked."""

    id: str
    label: str
    hint: str = ""
    tick: bool = False
    longest: int = 1000


@dataclass(frozen=True)
class Need:
    """What must be there before Approve: a title, its clause, the questions. The asker completes it."""

    id: str
    title: str
    clause: str
    questions: tuple


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of exemption, of which there is one object. `deciders` are roles; the headteacher decides every kind."""

    id: str
    clause: str
    name: str
    title: str
    summary: str
    askers: frozenset
    deciders: frozenset
    needs: tuple = ()

    def need(self, key):
        """The need of that id, or None."""
        return next((need for need in self.needs if need.id == key), None)


RISK_ASSESSMENT = Need(
    "risk-assessment",
    "Risk assessment",
    "4.7",
    (
        Question("hazards", "What could go wrong?", "For example, a pupil’s details stay on your own device"),
        Question("who", "Who could be harmed, and how?"),
        Question("controls", "What will you do so that it does not happen?"),
        Question(
            "residual",
            "What risk is left after that?",
            "For example, low, because nothing is saved",
            longest=300,
        ),
        Question("signed", "I sign this risk assessment. What I wrote is true as far as I know", tick=True),
    ),
)

NO_SCHOOL_EQUIPMENT = Need(
    "no-school-equipment",
    "No school equipment is available",
    "4.7",
    (
        Question("asked", "Whom did you ask for school equipment, and what did they say?", longest=500),
        Question("confirmed", "I confirm that no school equipment is available for this", tick=True),
    ),
)

PIN_SET = Need(
    "pin-set",
    "A PIN is set on the device",
    "3.3",
    (Question("confirmed", "The school device is locked with a PIN, passcode or password", tick=True),),
)

MONITORING_NOTICE = Need(
    "monitoring-notice",
    "You know that use may be monitored",
    "3.5",
    (
        Question(
            "acknowledged",
            "I know that the school may look at what is done on its devices, to keep children safe and to check "
            "that this policy is kept",
            tick=True,
        ),
    ),
)

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
        ),
        Kind(
            "remote-learning",
            "4.7",
            "remote learning on own device",
            "Use my own device for remote learning",
            "Only where no school equipment is available. It needs a risk assessment, and the headteacher decides.",
            STAFF,
            frozenset({Role.HEADTEACHER}),
            (NO_SCHOOL_EQUIPMENT, RISK_ASSESSMENT),
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
        ),
    )
}


def kinds_for(actor):
    """The kinds this person may ask for, in the order they are declared."""
    return [kind for kind in KINDS.values() if actor.holds(*kind.askers)]
