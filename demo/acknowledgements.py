"""Who has acknowledged the demo school's policy: of the first version nearly all, of the second some, one on paper."""

from demo.story import who_is
from rules.acknowledgements import acknowledging, reports
from rules.policy.in_force import policy_in_force


def read(who, *only, child=None):
    """Somebody acknowledges the version in force: all of it, or only these items; for themselves or their child."""

    def step(story):
        actor = who_is(who)
        person = who_is(child).id if child else actor.id
        acknowledging.acknowledge(actor, person, policy_in_force().version, only or None)

    return step


def on_paper(who, reader, days, kept_at, *items):
    """The office records what somebody has signed on paper, so many days from today."""

    def step(story):
        paper = acknowledging.Paper(items, story.day(days), kept_at)
        acknowledging.record_paper(who_is(who), who_is(reader).id, policy_in_force().version, paper)

    return step


def remind(who):
    """Somebody reminds those who have not."""
    return lambda story: reports.remind(who_is(who))


FIRST = ("head", "deputy", "dsl", "office", "teacher", "assistant", "finance", "pupil", "mia", "parent", "governor")
SECOND = (("head", -5, "16:20"), ("office", -5, "16:25"), ("dsl", -4, "08:20"), ("deputydsl", -4, "08:40"))
SECOND += (("governor", -3, "19:10"), ("director", -2, "09:15"), ("mia", -2, "15:20"), ("finance", -1, "09:05"))
VISITORS = ("obligations.regular-visitor", "complaints")
WEEK = (
    *((-8, "08:10", read(who)) for who in FIRST),
    *((days, at, read(who)) for who, days, at in SECOND),
    (-3, "20:05", read("parent", child="pupil")),
    (-2, "11:30", on_paper("office", "volunteer", -3, "Volunteers’ folder, office cabinet 2", *VISITORS)),
    (-1, "08:35", read("assistant", "complaints", "whistleblowing")),
    (-1, "16:40", remind("head")),
)
