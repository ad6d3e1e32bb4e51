"""The demo school's reception tablets: one in use, one switched off, and visitors who signed in at the first."""

from demo.story import who_is
from rules.policy.in_force import policy_in_force
from rules.reception import tablet_sign_in, tablet_sign_out, tablets

# ruff: noqa: E501


def switch_on(key, who, name):
    """The office switches a tablet on. Nobody has its cookie: to try a tablet, make one of your browser."""

    def step(story):
        story.asked[key] = tablets.switch_on(who_is(who), name)

    return step


def switch_off(key, who):
    """The office switches the tablet of this key off."""
    return lambda story: tablets.switch_off(who_is(who), story.asked[key].id)


def arrive(key, tablet, name, organisation, kind, host, carries="", needs_device=False, vehicle=""):
    """A visitor signs in at a tablet."""

    def step(story):
        said = tablet_sign_in.Said(
            *(name, organisation, kind, who_is(host).id, vehicle), tuple(carries.split()), needs_device
        )
        accepted = tablet_sign_in.Accepted(policy_in_force().version, True, True)
        story.asked[key] = tablet_sign_in.arrive(story.asked[tablet], said, accepted)

    return step


def leave(key, tablet):
    """That visitor signs out at a tablet."""
    return lambda story: tablet_sign_out.leave(story.asked[tablet], story.asked[key].name, story.asked[key].code)


# One step a line: a table is read across.
# fmt: off
WEEK = (
    (-8, "08:05", switch_on("trial tablet", "office", "Hall, on trial")),
    (-7, "15:30", switch_off("trial tablet", "office")),
    (-7, "15:40", switch_on("tablet", "office", "Front desk")),
    (-2, "13:05", arrive("eye test", "tablet", "Ines Quarrie", "Barley Lane Opticians", "professional", "deputy", "phone tablet")),
    (-2, "14:10", leave("eye test", "tablet")),
    (-1, "08:40", arrive("forms", "tablet", "Corwin Applegarth", "", "parent", "office", "smart-watch", vehicle="CA11 BUS")),
    (-1, "08:55", leave("forms", "tablet")),
)
# So many minutes ago, but today.
TODAY = (
    (28, arrive("language", "tablet", "Ines Quarrie", "Barley Lane Opticians", "professional", "deputy", "phone tablet", True)),
)
# fmt: on
