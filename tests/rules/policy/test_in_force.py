"""The policy in force, and what it asks of whom."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from enums import ObligationTiming, Role
from models import PolicyVersion
from rules.auth.permissions import STAFF
from rules.core.errors import Invalid
from rules.exemptions import permissions
from rules.policy import in_force
from rules.policy.pack import PolicyFileError, read_pack
from rules.policy.versions import load_policy
from tests.conftest import forget_versions
from tests.support.exemptions import EVERY_KIND, ask, events, kind_name, when

SHIPPED = Path(__file__).resolve().parents[3] / "policy"


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped pack that a test may change."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "policy"))


def reword(folder, file, old, new):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def duties(*roles):
    return in_force.obligation_lines(in_force.policy_in_force().version, frozenset(role.value for role in roles))


# --- Which policy is in force -------------------------------------------------------------------------------


def test_the_shipped_policy_is_in_force_from_the_start(school):
    policy = in_force.policy_in_force()
    assert policy.school["name"] == read_pack(SHIPPED).school.name
    assert PolicyVersion.get_by_id(policy.version).digest == read_pack(SHIPPED).digest


def test_loading_the_same_policy_again_changes_nothing(school):
    before = events(), PolicyVersion.select().count()
    assert load_policy(SHIPPED) == (in_force.policy_in_force().version, False)
    assert (events(), PolicyVersion.select().count()) == before


def test_a_reworded_policy_is_in_force_at_once_and_the_old_one_stays_as_it_was(school, folder):
    old = in_force.policy_in_force()
    old_duties = in_force.obligation_lines(old.version, frozenset({"teacher", "staff-direct"}))
    reword(folder, "zones.yaml", "name: Staff room", "name: Room of the staff")
    reword(folder, "obligations.yaml", "Check often that people follow this policy.", "Look often.")
    version, new = load_policy(folder)
    assert new
    assert version > old.version
    assert in_force.policy_in_force().zone_names(["staff-room"]) == "Room of the staff"
    forget_versions()
    assert in_force.policy_version(old.version) == old
    assert in_force.obligation_lines(old.version, frozenset({"teacher", "staff-direct"})) == old_duties
    assert events()[-1] == "policy-loaded"


def test_going_back_to_an_older_policy_makes_it_a_new_version(school, folder):
    reword(folder, "zones.yaml", "name: Staff room", "name: Room of the staff")
    between, _ = load_policy(folder)
    version, new = load_policy(SHIPPED)
    assert new
    assert version > between
    assert in_force.policy_in_force().zone_names(["staff-room"]) == "Staff room"


def test_a_policy_with_a_fault_is_not_loaded_at_all(school, folder):
    before = in_force.policy_in_force().version, events()
    reword(folder, "obligations.yaml", "when: always", "when: never")
    with pytest.raises(PolicyFileError):
        load_policy(folder)
    assert (in_force.policy_in_force().version, events()) == before


def test_without_a_policy_it_is_said_what_to_do(school, monkeypatch):
    class Nothing:
        def one(self, **values):
            return None

    monkeypatch.setattr(in_force, "_newest", Nothing())
    assert not in_force.any_policy()
    with pytest.raises(in_force.NoPolicy, match="flask policy load"):
        in_force.policy_in_force()


def test_a_place_that_a_new_policy_closes_is_no_longer_asked_for(cast, folder):
    ask(cast.teacher, zones=("car-park",))
    reword(folder, "zones.yaml", "name: Car park\n  exemptions: true", "name: Car park\n  exemptions: false")
    load_policy(folder)
    with pytest.raises(Invalid) as caught:
        ask(cast.teacher, zones=("car-park",))
    assert caught.value.errors.keys() == {"zones"}
    assert permissions.mine(cast.teacher)[0].request.zones == ("car-park",)


# --- What it asks of whom -----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_every_role_is_told_what_to_do_with_the_clauses_it_comes_from(school, role):
    """Clause 1.3: the policy applies to everybody."""
    found = duties(role)
    assert found
    known = in_force.policy_in_force().clauses
    for duty in found:
        assert duty.clauses
        assert set(duty.clauses) <= known.keys()
        assert (duty.when is ObligationTiming.BEFORE) == (duty.before is not None)


def test_somebody_with_two_roles_reads_no_line_twice(school):
    both = duties(Role.DSL, Role.STAFF_DIRECT)
    assert len(both) == len(set(both))
    assert set(both) == set(duties(Role.DSL)) | set(duties(Role.STAFF_DIRECT))
    assert len(both) < len(duties(Role.DSL)) + len(duties(Role.STAFF_DIRECT))


def test_the_lines_come_in_the_order_of_the_policy(school):
    order = [item.says for item in read_pack(SHIPPED).obligations]
    places = [order.index(duty.says) for duty in duties(Role.HEADTEACHER, Role.OFFICE)]
    assert places == sorted(places)


def test_somebody_without_a_role_is_asked_nothing(school):
    assert duties() == ()


def test_a_pupil_does_not_read_what_only_staff_must_do(school):
    assert not set(duties(Role.PUPIL)) & (set(duties(Role.HEADTEACHER)) - set(duties(*Role)))
    assert any(duty not in duties(Role.PUPIL) for duty in duties(Role.STAFF_DIRECT))


@pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
def test_each_kind_of_exemption_is_offered_beside_a_line_of_the_policy(school, kind):
    assert kind.id in {duty.form for role in kind.askers for duty in duties(role)}


@pytest.mark.parametrize("role", Role)
def test_whoever_may_ask_for_a_kind_has_a_line_that_leads_to_its_form(school, role):
    forms = {duty.form for duty in duties(role) if duty.form}
    may = {kind.id for kind in EVERY_KIND if role in kind.askers}
    # The headteacher decides on exceptional access and on visitors; no line sends them to ask for it.
    assert may - forms <= ({"exceptional-access", "visitor-access"} if role is Role.HEADTEACHER else set())
    # A line that binds all staff also names a form for some of them; the page offers it to those alone.
    assert role in STAFF or forms == may


@pytest.mark.parametrize("role", [Role.PUPIL, Role.PARENT])
def test_a_familys_lines_are_there_in_easy_read_as_well(school, role):
    told = [duty.easy for duty in duties(role)]
    assert all(told) if role is Role.PUPIL else any(told)


# --- What the forms take from it ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", EVERY_KIND, ids=kind_name)
def test_each_kind_offers_its_own_purposes_and_no_others(school, kind):
    policy = in_force.policy_in_force()
    for key, purpose in policy.purposes.items():
        assert (key in policy.purposes_of(kind)) == (kind.id in purpose["kinds"])


def test_no_place_of_an_exam_is_asked_for(school):
    assert "exam-room" not in in_force.policy_in_force().zones_to_ask_for


def test_the_review_is_overdue_from_the_day_after_it_was_due(school):
    policy = in_force.policy_in_force()
    with when(dt.date(2024, 7, 31), "23:59"):
        assert not policy.review_overdue
    with when(dt.date(2024, 8, 1), "00:00"):
        assert policy.review_overdue
