"""The register of the school's devices (clauses 3.1, 3.3)."""

import pytest

from enums import Role
from models import AuditEvent, SchoolDevice
from rules.audit import trail
from rules.auth.permissions import WHO_MAY, Permission
from rules.core import clock
from rules.core.errors import Conflict, Invalid, NotAllowed, NotFound
from rules.devices import register
from rules.devices.register import DeviceDetails, DeviceFilter
from tests.conftest import CAST
from tests.support.devices import MONDAY, TUESDAY, a_device, everybody_knows_the_notice, lend, on, staff_may_borrow

KEEPERS = [who for who, roles in CAST.items() if WHO_MAY[Permission.KEEP_DEVICES] & set(roles)]
READERS = [who for who, roles in CAST.items() if WHO_MAY[Permission.READ_DEVICES] & set(roles)]
OTHERS = [who for who in CAST if who not in READERS]
GOOD = DeviceDetails("T-07", "tablet", "Larch Pad 2", "01632 960 114")


def errors(actor, details):
    """What is said of a device that cannot be added; nothing is kept then."""
    before = (SchoolDevice.select().count(), AuditEvent.select().count())
    with pytest.raises(Invalid) as caught:
        register.add(actor, details)
    assert (SchoolDevice.select().count(), AuditEvent.select().count()) == before
    return caught.value.errors


def newest():
    """The newest sentence of the trail."""
    return trail.entries(trail.Filter())[0][0].sentence


def tags(actor, **wanted):
    """The tags that a list shows."""
    return [device.tag for device in register.register(actor, DeviceFilter(**wanted))]


# --- Adding -------------------------------------------------------------------------------------------------


def test_the_office_and_the_headteacher_keep_the_register_and_slt_reads_it():
    assert set(KEEPERS) == {"office", "head"}
    assert set(READERS) == {"office", "head", "deputy", "assistant_head"}


@pytest.mark.parametrize("who", KEEPERS)
def test_a_device_is_added_and_stands_in_the_register(cast, who):
    actor = getattr(cast, who)
    device = register.add(actor, DeviceDetails("  T-07 ", "tablet", " Larch  Pad 2", "01632 960 114"))
    (kept,) = register.register(actor)
    assert (kept.id, kept.tag, kept.kind, kept.model, kept.phone_number) == (device, *GOOD)
    assert (kept.state, kept.pin_set_on, kept.loan, kept.revision) == ("in use", None, None, 1)
    assert newest() == f"{actor.name} added the school device T-07."


@pytest.mark.parametrize("who", [who for who in CAST if who not in KEEPERS])
def test_nobody_else_adds_or_changes_one(cast, who):
    device = a_device(cast.office)
    actor = getattr(cast, who)
    for act in (
        lambda: register.add(actor, GOOD),
        lambda: register.change(actor, device, 2, GOOD),
        lambda: register.set_pin(actor, device, False),
    ):
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_sees_the_register(cast, who):
    device = a_device(cast.office)
    for look in (lambda actor: register.register(actor), lambda actor: register.find(actor, device)):
        with pytest.raises(NotAllowed):
            look(getattr(cast, who))


@pytest.mark.parametrize("spelled", ["T-07", "t-07", " T - 07", "T–07", "Ｔ-07", "t\u00a0-\u00a007", "T-\u200b07"])
def test_the_same_tag_in_other_case_spaces_or_dashes_is_the_same_device(cast, spelled):
    a_device(cast.office)
    assert errors(cast.office, DeviceDetails(spelled, "phone")) == {
        "asset_tag": "There is a device T-07 already. Write another tag"
    }
    assert register.by_tag(spelled).tag == "T-07"
    assert register.by_tag("T-7") is None


def test_the_names_of_kinds_read_the_policy_once_for_a_whole_list(school, monkeypatch):
    name = register.kind_names()
    monkeypatch.setattr(register, "policy_in_force", None)  # nobody asks again
    assert [name(kind) for kind in ("phone", "tablet", "drone")] == ["Mobile phone", "Tablet", "drone"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"asset_tag": " "}, "asset_tag"),
        ({"asset_tag": "x" * 41}, "asset_tag"),
        ({"asset_tag": "=T-07"}, "asset_tag"),
        ({"asset_tag": "T\u202e07"}, "asset_tag"),
        ({"kind": "drone"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"model": "x" * 121}, "model"),
        ({"model": "a\x00"}, "model"),
        ({"phone_number": "the office"}, "phone_number"),
        ({"phone_number": "12"}, "phone_number"),
        ({"phone_number": "٠١٦٣٢"}, "phone_number"),
        ({"phone_number": "=1234"}, "phone_number"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(cast, changed, field):
    assert list(errors(cast.office, DeviceDetails(**{**GOOD._asdict(), **changed}))) == [field]


@pytest.mark.parametrize("number", ["", "999", "+44 (0)1632 960-114", "01632960114"])
def test_a_phone_number_may_be_written_in_any_usual_way(cast, number):
    assert register.add(cast.office, DeviceDetails("P-1", "phone", "", number))


# --- Changing -----------------------------------------------------------------------------------------------


def test_a_device_is_changed_and_the_trail_says_what(cast):
    device = a_device(cast.office, pin=False)
    register.change(cast.head, device, 1, DeviceDetails("T-08", "tablet", "Larch Pad 3"))
    kept = register.find(cast.office, device)
    assert (kept.tag, kept.model, kept.revision, kept.changed_by) == ("T-08", "Larch Pad 3", 2, cast.head.name)
    assert newest() == f"{cast.head.name} changed the school device T-08: asset tag, model."
    assert register.by_tag("T-07") is None


def test_nothing_changed_is_nothing_told(cast):
    device, count = a_device(cast.office, pin=False), AuditEvent.select().count()
    register.change(cast.office, device, 1, DeviceDetails("T-07", "tablet"))
    assert AuditEvent.select().count() == count
    assert register.find(cast.office, device).revision == 1


def test_a_device_does_not_take_the_tag_of_another_but_may_spell_its_own_anew(cast):
    device = a_device(cast.office, pin=False)
    a_device(cast.office, "T-08")
    with pytest.raises(Invalid):
        register.change(cast.office, device, 1, DeviceDetails("t-08", "tablet"))
    register.change(cast.office, device, 1, DeviceDetails("t-07", "tablet"))
    assert register.find(cast.office, device).tag == "t-07"


def test_whoever_changes_second_hears_who_was_first_and_when(cast):
    device = a_device(cast.office, pin=False)
    register.change(cast.head, device, 1, DeviceDetails("T-07", "laptop"))
    with pytest.raises(Conflict, match=f"{cast.head.name} changed T-07 at 10am on Monday 23 November 2026"):
        register.change(cast.office, device, 1, DeviceDetails("T-07", "phone"))
    assert register.find(cast.office, device).kind == "laptop"


@pytest.mark.parametrize("number", [0, 999_999])
def test_a_device_that_is_not_there_is_not_found(cast, number):
    for act in (
        lambda: register.find(cast.office, number),
        lambda: register.change(cast.office, number, 1, GOOD),
        lambda: register.set_pin(cast.office, number, True),
    ):
        with pytest.raises(NotFound):
            act()


# --- The PIN ------------------------------------------------------------------------------------------------


def test_that_a_pin_is_set_is_written_down_with_who_and_when(cast):
    device = a_device(cast.office, pin=False)
    with on(TUESDAY, 0, 5):
        register.set_pin(cast.head, device, True)
    kept = register.find(cast.office, device)
    assert (kept.pin_set_on, kept.pin_set_by) == (TUESDAY, cast.head.name)
    assert newest() == f"{cast.head.name} wrote down that a PIN is set on the school device T-07."


def test_the_second_who_says_so_hears_who_was_first(cast):
    device = a_device(cast.office)
    with pytest.raises(Conflict, match=f"{cast.office.name} has written down that a PIN is set, on Monday 23 November"):
        register.set_pin(cast.head, device, True)
    register.set_pin(cast.head, device, False)
    assert register.find(cast.office, device).pin_set_on is None
    with pytest.raises(Conflict, match=rf"No PIN is set on T-07 any more\. {cast.head.name} changed T-07 at"):
        register.set_pin(cast.office, device, False)


def test_the_day_of_a_pin_set_just_after_midnight_is_the_schools_day_in_summer_too(cast):
    device = a_device(cast.office, pin=False)
    summer = MONDAY.replace(year=2027, month=7, day=1)
    with on(summer, 0, 30):  # half past eleven the evening before, in UTC
        register.set_pin(cast.office, device, True)
    assert register.find(cast.office, device).pin_set_on == summer


# --- Looking for one ----------------------------------------------------------------------------------------


@pytest.fixture
def some(cast, monkeypatch):
    """Three devices: a tablet that the teacher should have brought back, a phone with the finance officer, a laptop."""
    everybody_knows_the_notice(monkeypatch)
    staff_may_borrow(cast.head)
    for tag, kind, more in (
        ("T-07", "tablet", {"model": "Larch Pad"}),
        ("P-1", "phone", {"phone_number": "01632 960 1"}),
        ("L-3", "laptop", {}),
    ):
        a_device(cast.office, tag, kind, **more)
    lend(cast.office, cast.teacher)
    lend(cast.office, cast.finance, "P-1", for_good=True)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["L-3", "P-1", "T-07"]),
        ({"text": "t07"}, []),
        ({"text": "T - 07"}, ["T-07"]),
        ({"text": "larch"}, ["T-07"]),
        ({"text": "960"}, ["P-1"]),
        ({"text": "finance inv"}, ["P-1"]),
        ({"kind": "laptop"}, ["L-3"]),
        ({"kind": "drone"}, []),
        ({"state": "lost"}, []),
        ({"state": "in use", "out": "lent"}, ["P-1", "T-07"]),
        ({"out": "here"}, ["L-3"]),
        ({"out": "overdue"}, ["T-07"]),
        ({"text": "T", "out": "here"}, []),
    ],
)
def test_the_list_is_narrowed_down(cast, some, wanted, found):
    with on(TUESDAY):
        assert tags(cast.deputy, **wanted) == found


def test_the_register_takes_one_query_however_many_devices_there_are(cast, some, monkeypatch):
    seen, run = [], register._in_school._run
    monkeypatch.setattr(register._in_school, "_run", lambda values: seen.append(1) or run(values))
    register.register(cast.office)
    assert len(seen) == 1


def test_a_role_alone_reads_or_keeps_as_the_table_says():
    assert WHO_MAY[Permission.KEEP_DEVICES] == {Role.OFFICE, Role.HEADTEACHER}
    assert WHO_MAY[Permission.READ_DEVICES] == {Role.OFFICE, Role.HEADTEACHER, Role.SLT}
    assert WHO_MAY[Permission.LET_ROLES_BORROW] == {Role.HEADTEACHER}


def test_the_history_of_a_device_tells_its_loans_and_what_else_became_of_it(cast, some):
    device = register.by_tag("T-07")
    loans, told = register.history(cast.deputy, device)
    assert [(loan.borrower_name, loan.due_on, loan.returned_at) for loan in loans] == [
        (cast.teacher.name, MONDAY, None)
    ]
    assert [entry.sentence for entry in told] == [
        f"{cast.office.name} lent the school device T-07 to {cast.teacher.name}, until Monday 23 November 2026.",
        f"{cast.office.name} wrote down that a PIN is set on the school device T-07.",
        f"{cast.office.name} added the school device T-07.",
    ]
    assert clock.today() == MONDAY
