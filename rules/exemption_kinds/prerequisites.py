"""What there must be before an exemption is approved, each declared once: clause, questions, who completes it."""

from enum import StrEnum
from typing import NamedTuple


class Answer(StrEnum):
    """What an answer is: words, one of several, a tick under a statement, or a day that has been."""

    TEXT = "text"
    CHOICE = "choice"
    TICK = "tick"
    DAY_BEFORE = "day before"
    DAY_AFTER = "day after"


class By(StrEnum):
    """Who completes a prerequisite."""

    ASKER = "asker"
    DECIDER = "decider"
    DSL = "dsl"


class Question(NamedTuple):
    """One thing a prerequisite asks. A tick has no text; its label is the statement that is ticked.

    `choices` are what a choice is made from, as (id, words).
    """

    id: str
    label: str
    hint: str = ""
    kind: Answer = Answer.TEXT
    longest: int = 1000
    choices: tuple = ()

    @property
    def choice(self):
        return self.kind is Answer.CHOICE

    @property
    def tick(self):
        return self.kind is Answer.TICK

    @property
    def day(self):
        return self.kind in {Answer.DAY_BEFORE, Answer.DAY_AFTER}


class Prerequisite(NamedTuple):
    """What must be there before Approve: a title, its clause, the questions, and who completes it.

    `template` names the text of the policy pack that its answers start from.
    """

    id: str
    title: str
    clause: str
    questions: tuple
    by: By = By.ASKER
    template: str = ""


def _confirmed(label, key="confirmed"):
    return Question(key, label, kind=Answer.TICK)


HAZARDS, WHO, CONTROLS = (
    Question("hazards", "What could go wrong?", "For example, a pupil’s details stay on your own device"),
    Question("who", "Who could be harmed, and how?"),
    Question("controls", "What will you do so that it does not happen?"),
)
RESIDUAL = Question(
    "residual", "What risk is left after that?", "For example, low, because nothing is saved", longest=300
)
SIGNED = _confirmed("I sign this risk assessment. What I wrote is true as far as I know", "signed")

RISK_ASSESSMENT = Prerequisite("risk-assessment", "Risk assessment", "4.7", (HAZARDS, WHO, CONTROLS, RESIDUAL, SIGNED))

ACTIVITY_ASSESSMENT = Prerequisite(
    "activity-assessment",
    "Risk assessment",
    "5.5",
    (
        Question("hazards", "What could go wrong?", "For example, a pupil takes pictures of somebody else"),
        WHO,
        CONTROLS,
        Question(
            "residual", "What risk is left after that?", "For example, low, with two adults in the room", longest=300
        ),
        Question("review", "When will you look at it again?", kind=Answer.DAY_AFTER),
        SIGNED,
    ),
    template="activity",
)

NO_SCHOOL_EQUIPMENT = Prerequisite(
    "no-school-equipment",
    "No school equipment is available",
    "4.7",
    (
        Question("asked", "Whom did you ask for school equipment, and what did they say?", longest=500),
        _confirmed("I confirm that no school equipment is available for this"),
    ),
)

PIN_SET = Prerequisite(
    "pin-set",
    "A PIN is set on the device",
    "3.3",
    (_confirmed("The school device is locked with a PIN, passcode or password"),),
)

MONITORING_NOTICE = Prerequisite(
    "monitoring-notice",
    "You know that use may be monitored",
    "3.5",
    (
        _confirmed(
            "I know that the school may look at what is done on its devices, to keep children safe and to check "
            "that this policy is kept",
            "acknowledged",
        ),
    ),
)


def _discussion(key, title, clause, by, readers="Only the people who decide read this"):
    """A note of a talk: who took part, when, and what came of it."""
    return Prerequisite(
        key,
        title,
        clause,
        (
            Question("who", "Who took part?", "Write their names", longest=300),
            Question("when", "When was it?", kind=Answer.DAY_BEFORE),
            Question("outcome", "What was agreed?", readers, longest=2000),
        ),
        by,
    )


DISCUSSION = _discussion("discussion", "Discussion with the headteacher", "5.7b", By.DECIDER)
SHARED = "Whoever declared it, the DSL and the headteacher read this"
DISCUSSION_WITH_HEAD = _discussion("discussion-head", "Discussion with the headteacher", "4.5", By.DECIDER, SHARED)
DISCUSSION_WITH_DSL = _discussion("discussion-dsl", "Discussion with the DSL", "4.5", By.DSL, SHARED)

KEPT_SECURE = Prerequisite(
    "kept-secure",
    "How the device is kept safe",
    "6.1",
    (Question("how", "How is the device kept safe while nobody uses it?", "For example, locked with a PIN, in a bag"),),
)

ASSESSED = (("done", "A risk assessment has been done"), ("not-required", "A risk assessment is not required"))

VISITOR_DISCUSSION = Prerequisite(
    "visitor-discussion",
    "Discussion and risk assessment",
    "6.6",
    (
        Question("who", "Who talked about it?", "Write their names", longest=300),
        Question("when", "When was it?", kind=Answer.DAY_BEFORE),
        Question("outcome", "What was agreed?", "Only the people who decide read this", longest=2000),
        Question("assessment", "Is a risk assessment needed?", kind=Answer.CHOICE, choices=ASSESSED),
        Question("because", "What does it say, or why is none needed?", longest=2000),
    ),
    By.DECIDER,
)
