"""The register comes in from a file: first what it would do, then all of it or nothing (clause 3.1)."""

import pytest

from models import AuditEvent, SchoolDevice, Upload
from rules.auth.permissions import WHO_MAY, Permission
from rules.core.errors import Conflict, NotAllowed
from rules.devices import lending, register, register_import
from rules.imports.csv_files import CsvFault
from rules.imports.plan import LineOutcome, Refused
from tests.conftest import CAST
from tests.support.devices import MONDAY, a_device

HEAD = "asset_tag,kind,model,phone_number,pin_set_on"
LINE = "T-07,Tablet,Larch Pad 2,,20/11/2026"
NOT_THEIRS = [who for who, roles in CAST.items() if WHO_MAY[Permission.KEEP_DEVICES].isdisjoint(roles)]


def file_of(*lines, head=HEAD):
    """A file as bytes."""
    return "\r\n".join((head, *lines)).encode()


def look(cast, *lines, head=HEAD):
    """What the file would do."""
    return register_import.DEVICES.look_at(cast.office, file_of(*lines, head=head))


def take(cast, *lines, head=HEAD):
    """Look at a file, and apply it."""
    return register_import.DEVICES.apply_kept(cast.office, look(cast, *lines, head=head)[1])


def refusals(cast, *lines):
    """The lines that are refused, as (line, reasons); nothing is kept then."""
    plan, token = look(cast, *lines)
    assert token is None
    assert Upload.select().count() == SchoolDevice.select().count() == 0
    return [(line.number, line.says) for line in plan.of(LineOutcome.REFUSED)]


# --- Looking ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["tablet", "Tablet", "TABLET"])
@pytest.mark.parametrize("day", ["20/11/2026", "2026-11-20", "20.11.2026"])
def test_a_new_device_is_read_as_people_write_it_and_is_added_when_it_is_applied(cast, kind, day):
    plan, token = look(cast, f"T-07,{kind},Larch Pad 2,01632 960 1,{day}")
    (line,) = plan.lines
    assert (line.number, line.who, line.outcome, line.says) == (
        2,
        "T-07",
        LineOutcome.NEW,
        ("Tablet", "Larch Pad 2", "01632 960 1"),
    )
    assert SchoolDevice.select().count() == 0
    register_import.DEVICES.apply_kept(cast.office, token)
    kept = register.by_tag("T-07")
    assert (kept.kind, kept.model, kept.phone_number) == ("tablet", "Larch Pad 2", "01632 960 1")
    assert (kept.pin_set_on.isoformat(), kept.pin_set_by) == ("2026-11-20", cast.office.name)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (LINE.replace("Tablet", "Drone"), "“Drone” is not a kind of device. Write one of: Mobile phone, Tablet"),
        (LINE.replace("Tablet", ""), "“” is not a kind"),
        (LINE.replace("T-07", ""), "Write what stands on its label"),
        (LINE.replace("T-07", "=HYPERLINK(1)"), "Begin the tag with a letter"),
        (LINE.replace("T-07", "x" * 41), "40 characters"),
        (LINE.replace("Larch Pad 2", "x" * 121), "120 characters"),
        (LINE.replace(",,", ",the office,"), "in figures"),
        (LINE.replace("20/11/2026", "last week"), "“last week” is not a day"),
        (LINE.replace("20/11/2026", "29/02/2026"), "is not a day"),
        (LINE.replace("20/11/2026", "24/11/2026"), "lies ahead"),
    ],
)
def test_a_line_that_cannot_be_taken_is_refused_with_its_reason(cast, line, words):
    ((number, (reason,)),) = refusals(cast, line, "T-08,Phone,,,".replace("Phone", "phone"))
    assert number == 2
    assert words in reason


def test_everything_that_is_wrong_in_a_line_is_said(cast):
    ((_, reasons),) = refusals(cast, f"-,Drone,{'x' * 121},none,soon")
    assert len(reasons) == 5


@pytest.mark.parametrize("second", ["T-07", "t-07", " T - 07 ", "T–07"])
def test_the_same_tag_twice_in_any_spelling_is_refused(cast, second):
    ((number, (reason,)),) = refusals(cast, LINE, LINE.replace("T-07", second))
    assert number == 3
    assert reason == "This tag is in the file twice, first on line 2. Take one of the lines out"


def test_a_device_that_is_there_is_known_by_its_tag_in_any_spelling_and_keeps_its_own(cast):
    a_device(cast.office, model="Larch Pad", phone_number="01632 960 1")
    plan, _ = look(cast, " t - 07,tablet,Larch Pad 2,,")
    assert [(line.outcome, line.who, line.says) for line in plan.lines] == [(LineOutcome.CHANGED, "T-07", ("model",))]
    take(cast, " t - 07,tablet,Larch Pad 2,,")
    kept = register.by_tag("T-07")
    assert (kept.tag, kept.model, kept.phone_number, kept.pin_set_on) == ("T-07", "Larch Pad 2", "01632 960 1", MONDAY)


def test_a_file_that_says_nothing_new_does_nothing(cast):
    a_device(cast.office, model="Larch Pad")
    plan, token = look(cast, "T-07,tablet,Larch Pad,,23/11/2026", "")
    assert ([line.outcome for line in plan.lines], token) == ([LineOutcome.UNCHANGED], None)
    plan, token = look(cast, "T-07,tablet", head="asset_tag,kind")
    assert ([line.outcome for line in plan.lines], token) == ([LineOutcome.UNCHANGED], None)


def test_a_retired_device_is_known_too(cast):
    device = a_device(cast.office)
    lending.set_state(cast.office, device, 2, "retired")
    plan, _ = look(cast, "T-07,laptop,,,")
    assert [(line.outcome, line.says) for line in plan.lines] == [(LineOutcome.CHANGED, ("kind",))]


def test_what_looks_like_a_formula_is_kept_as_a_text_and_comes_back_from_our_own_file(cast):
    take(cast, "T-07,tablet,=1+1,'+44 1632 960,", "T-08,tablet,'=1+1,,", "T-09,tablet,'n roll,,")
    assert [register.by_tag(tag).model for tag in ("T-07", "T-08", "T-09")] == ["=1+1", "=1+1", "'n roll"]
    assert register.by_tag("T-07").phone_number == "+44 1632 960"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Dear office, here are the tablets",
        file_of(),
        file_of(head="asset_tag,model"),
        file_of(head=f"{HEAD},state"),
        file_of(head=f"{HEAD},kind"),
        file_of(f"{LINE},more"),
        file_of("T\x0007,tablet,,,"),
        b"PK\x03\x04",
        b"\xff\xfea\x00",
        file_of('"T-07,tablet,,,'),
        file_of(*["T,tablet,,,"] * 5001),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole(cast, raw):
    with pytest.raises(CsvFault):
        register_import.DEVICES.look_at(cast.office, raw)
    assert Upload.select().count() == 0


# --- Applying -----------------------------------------------------------------------------------------------


def test_what_was_looked_at_is_applied_once_and_told(cast):
    a_device(cast.office, "T-08", pin=False)
    plan, token = look(cast, LINE, "T-08,laptop,,,")
    done = register_import.DEVICES.apply_kept(cast.office, token)
    assert done.counts == plan.counts
    told = AuditEvent.select().order_by(AuditEvent.id.desc()).get()
    assert (told.event, told.payload) == ("devices-imported", {"new": 1, "changed": 1})
    with pytest.raises(Conflict):
        register_import.DEVICES.apply_kept(cast.office, token)


def test_one_line_that_no_longer_fits_keeps_all_of_them_out(cast):
    _, token = look(cast, LINE, "T-08,laptop,,,")
    real = register_import.plan_of
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(register_import, "plan_of", lambda rows: real([*rows, (9, {"asset_tag": "-", "kind": "drone"})]))
        with pytest.raises(Refused):
            register_import.DEVICES.apply_kept(cast.office, token)
    assert SchoolDevice.select().count() == 0
    register_import.DEVICES.apply_kept(cast.office, token)


def test_a_device_added_meanwhile_is_changed_rather_than_added_twice(cast):
    _, token = look(cast, LINE)
    a_device(cast.head, "t-07", "laptop")
    register_import.DEVICES.apply_kept(cast.office, token)
    assert [(device.tag, device.kind) for device in register.register(cast.office)] == [("t-07", "tablet")]


@pytest.mark.parametrize("who", NOT_THEIRS)
def test_nobody_else_imports(cast, who):
    _, token = look(cast, LINE)
    for act in (
        lambda: register_import.DEVICES.look_at(getattr(cast, who), file_of(LINE)),
        lambda: register_import.DEVICES.apply_kept(getattr(cast, who), token),
        lambda: register_import.DEVICES.give_up(getattr(cast, who), token),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_file_is_good_for_its_sender_alone_and_can_be_given_up(cast):
    _, token = look(cast, LINE)
    with pytest.raises(Conflict):
        register_import.DEVICES.apply_kept(cast.head, token)
    register_import.DEVICES.give_up(cast.office, token)
    with pytest.raises(Conflict):
        register_import.DEVICES.apply_kept(cast.office, token)


def test_a_plan_takes_as_many_queries_for_many_lines_as_for_one(cast, monkeypatch):
    from database import db

    def count(lines):
        seen, run = [], db.execute_sql
        monkeypatch.setattr(db, "execute_sql", lambda sql, *rest, **more: seen.append(sql) or run(sql, *rest, **more))
        register_import.plan_of([(n, {"asset_tag": f"T-{n}", "kind": "tablet"}) for n in range(lines)])
        monkeypatch.undo()
        return len(seen)

    assert count(1) == count(200)
