"""The demo school's own devices: lent, overdue, lost, damaged, retired, and a work phone that is missing."""

from demo.story import who_is
from enums import DeviceState
from rules.acknowledgements import acknowledging, owed
from rules.devices import lending, register, standing_permissions, work_phones
from rules.devices.lending import LoanRequest
from rules.devices.register import DeviceDetails
from rules.policy.in_force import policy_in_force


def new(tag, kind, model, number="", pin=True):
    """The office adds a device, with its PIN set or not."""

    def step(story):
        device = register.add(who_is("office"), DeviceDetails(tag, kind, model, number))
        if pin:
            register.set_pin(who_is("office"), device, True)

    return step


def may_borrow(role):
    """The headteacher lets everybody with a role borrow."""
    return lambda story: standing_permissions.give(who_is("head"), role)


def _knows_the_notice(actor):
    """Somebody acknowledges the monitoring notice, if they have not done so."""
    if not owed.acknowledged(actor.id, lending.NOTICE):
        acknowledging.acknowledge(actor, actor.id, policy_in_force().version, (lending.NOTICE,))


def lend(tag, who, days=None, pupil=None):
    """The office lends a device until so many days from today, or for good; to a pupil through somebody."""

    def step(story):
        for username in filter(None, (who, pupil)):
            _knows_the_notice(who_is(username))
        borrower, kind = who_is(who).id, register.by_tag(tag).kind
        due = None if days is None else story.day(days)
        last = lending.leave_of(borrower, kind).until
        due = min(due, last) if due and last else due  # at the end of August permissions are shorter
        child = pupil and who_is(pupil).id
        lending.lend(who_is("office"), LoanRequest(tag, borrower, child, due, for_good=due is None))

    return step


def back(tag, bringer=None, note=""):
    """A device comes back, from who borrowed it or from somebody else."""

    def step(story):
        loan = register.by_tag(tag).loan
        lending.take_back(who_is("office"), loan.id, bringer and who_is(bringer).id, note)

    return step


def becomes(tag, state, note):
    """The office writes down what became of a device."""

    def step(story):
        device = register.by_tag(tag)
        lending.set_state(who_is("office"), device.id, device.revision, state, note)

    return step


def needs_phone(who):
    """The office writes down who has to be in contact with parents."""
    return lambda story: work_phones.add(who_is("office"), who_is(who).id)


# One step a line: a table is read across.
# fmt: off
WEEK = (
    (-7, "09:00", new("T-04", "tablet", "Larch Pad 2, blue case")),
    (-7, "09:02", new("T-07", "tablet", "Larch Pad 2, green case")),
    (-7, "09:04", new("T-09", "tablet", "Larch Pad 1")),
    (-7, "09:06", new("T-11", "tablet", "Larch Pad 3", pin=False)),
    (-7, "09:08", new("L-01", "laptop", "Heron Book 14")),
    (-7, "09:10", new("L-02", "laptop", "Heron Book 14")),
    (-7, "09:12", new("L-03", "laptop", "Heron Book 11")),
    (-7, "09:14", new("P-1", "phone", "Wren 5", "01632 960 101")),
    (-7, "09:16", new("P-2", "phone", "Wren 5", "01632 960 102")),
    (-7, "09:18", new("P-3", "phone", "Wren 4", "01632 960 103")),
    (-7, "09:20", new("P-4", "phone", "Wren 3", "01632 960 104")),
    (-7, "09:22", new("E-1", "e-reader", "Sparrow Page")),
    (-7, "09:30", needs_phone("dsl")),
    (-7, "09:31", needs_phone("site")),
    (-7, "12:00", may_borrow("staff-nondirect")),
    (-7, "12:01", may_borrow("dsl")),
    (-6, "14:00", lend("P-3", "dsl", -1)),  # overdue since today
    (-5, "08:40", becomes("P-4", DeviceState.RETIRED, "Its battery is worn out")),
    (-4, "13:30", lend("T-09", "music", -3)),
    (-3, "11:40", back("T-09", "assistant", "The glass is cracked")),
    (-3, "11:42", becomes("T-09", DeviceState.DAMAGED, "Gone to be mended")),
    (-3, "12:00", lend("P-1", "site")),
    (-2, "08:20", lend("T-04", "assistant", 3, pupil="pupil")),
    (-2, "13:00", lend("P-2", "office", 4)),
    (-2, "13:10", lend("L-02", "site", -1)),
    (-1, "08:50", becomes("L-02", DeviceState.LOST, "Left on a train. The police know")),
    (-1, "10:10", lend("L-01", "finance", 2)),
)
# fmt: on
