"""The reception tablet: switched on for one browser, off again by the office, or by itself where it was copied."""

import datetime as dt

import pytest

from models import AuditEvent, Tablet
from rules.audit import trail
from rules.auth.permissions import WHO_MAY, Permission
from rules.core.changes import touched
from rules.core.errors import Conflict, Invalid, NotAllowed, NotFound
from rules.reception import tablets
from tests.conftest import CAST
from tests.support.visitors import later

KEEPING = WHO_MAY[Permission.KEEP_TABLETS]
KEEPERS = [who for who, roles in CAST.items() if not KEEPING.isdisjoint(roles)]


@pytest.fixture
def tablet(cast):
    """The tablet at the front desk, as its browser knows it."""
    return tablets.switch_on(cast.office, "Front desk")


def newest():
    """The newest sentence of the trail."""
    return trail.entries(trail.Filter())[0][0].sentence


# --- On and off ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", KEEPERS)
def test_the_office_and_the_headteacher_switch_a_tablet_on_and_off(cast, who):
    actor, before = getattr(cast, who), touched()
    tablet = tablets.switch_on(actor, "  Front   desk ")
    ((kept,), ended) = tablets.listed(actor)
    assert (kept.id, kept.name, kept.made_by, ended) == (tablet.id, "Front desk", actor.name, [])
    assert newest() == f"{actor.name} made a browser the reception tablet Front desk."
    assert touched() > before
    with later(hours=1):
        tablets.switch_off(actor, tablet.id)
    (on, (gone,)) = tablets.listed(actor)
    assert (on, gone.ended_by, gone.end_words) == ([], actor.name, f"Switched off by {actor.name}")
    assert gone.ended_at - gone.made_at == dt.timedelta(hours=1)
    assert newest() == f"{actor.name} switched off the reception tablet Front desk."


@pytest.mark.parametrize("who", sorted(CAST.keys() - set(KEEPERS)))
def test_nobody_else_does(cast, tablet, who):
    actor = getattr(cast, who)
    for step in (
        lambda: tablets.switch_on(actor, "Mine"),
        lambda: tablets.switch_off(actor, tablet.id),
        lambda: tablets.listed(actor),
    ):
        with pytest.raises(NotAllowed):
            step()
    assert tablets.look(tablet.id, tablet.secret).name == "Front desk"


def test_of_two_who_switch_it_off_the_second_is_told_who_was_first_and_when(cast, tablet):
    tablets.switch_off(cast.office, tablet.id)
    with later(minutes=5), pytest.raises(Conflict, match=r"Switched off by Office Invented at 10am on Monday"):
        tablets.switch_off(cast.head, tablet.id)
    with pytest.raises(NotFound):
        tablets.switch_off(cast.office, tablet.id + 1)


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "A\x00", "front DESK", "a\u202eb"])
def test_a_name_that_cannot_be_one_or_is_taken_is_refused(cast, tablet, name):
    with pytest.raises(Invalid) as caught:
        tablets.switch_on(cast.office, name)
    assert list(caught.value.errors) == ["name"]
    assert Tablet.select().count() == 1


def test_a_name_is_free_again_when_its_tablet_is_off(cast, tablet):
    tablets.switch_off(cast.office, tablet.id)
    assert tablets.switch_on(cast.office, "Front desk").id != tablet.id


# --- The secret ---------------------------------------------------------------------------------------------


def test_the_secret_is_kept_nowhere(cast, tablet):
    tablets.renew(tablet.id, tablet.secret)
    rows = str(list(Tablet.select().dicts())) + str(list(AuditEvent.select().dicts()))
    assert tablet.secret not in rows
    assert len(tablet.secret) >= 43


def test_whatever_it_sends_gives_it_a_new_secret_and_looking_at_a_page_does_not(cast, tablet):
    assert tablets.look(tablet.id, tablet.secret).secret == tablet.secret
    renewed = tablets.renew(tablet.id, tablet.secret)
    assert renewed.secret != tablet.secret
    assert not renewed.answer_lost
    again = tablets.renew(tablet.id, renewed.secret)
    assert again.secret not in {tablet.secret, renewed.secret}


def test_an_answer_that_was_lost_does_not_lock_the_tablet_out(cast, tablet):
    for _ in range(3):
        renewed = tablets.renew(tablet.id, tablet.secret)
        lost = renewed
    assert lost.answer_lost
    assert not tablets.renew(tablet.id, lost.secret).answer_lost


@pytest.mark.parametrize("arrives_last", [0, 1])
def test_two_things_sent_at_once_whose_answers_overtake_each_other_are_no_copy(cast, tablet, arrives_last):
    tablet = tablets.renew(tablet.id, tablet.secret)
    answers = [tablets.renew(tablet.id, tablet.secret) for _ in range(2)]
    kept = answers[arrives_last]
    assert tablets.look(tablet.id, kept.secret)
    again = tablets.renew(tablet.id, kept.secret)
    assert tablets.renew(tablet.id, again.secret)
    assert Tablet.get_by_id(tablet.id).ended_at is None


@pytest.mark.parametrize("used", [0, 1])
def test_of_two_answers_only_one_is_ever_used_so_the_other_comes_from_a_copy(cast, tablet, used):
    answers = [tablets.renew(tablet.id, tablet.secret) for _ in range(2)]
    tablets.renew(tablet.id, answers[used].secret)
    with pytest.raises(tablets.Off):
        tablets.renew(tablet.id, answers[1 - used].secret)


def test_a_copy_of_its_cookie_in_another_browser_switches_it_off_and_everybody_hears_of_it(cast, tablet):
    first = tablets.renew(tablet.id, tablet.secret)
    second = tablets.renew(tablet.id, first.secret)
    before = touched()
    with pytest.raises(tablets.Off):
        tablets.renew(tablet.id, tablet.secret)
    assert touched() > before
    assert newest() == "The tablet Front desk was switched off: its key was used in another browser."
    with pytest.raises(tablets.Off):
        tablets.renew(tablet.id, second.secret)
    (told,) = tablets.news(cast.office)
    assert told.startswith("The tablet Front desk was switched off by itself at 10am on Monday 23 November 2026")
    (_, (gone,)) = tablets.listed(cast.office)
    assert (gone.ended_by, gone.end_words) == (None, tablets.ENDED_WORDS[tablets.COPIED])


def test_the_copy_is_found_out_as_well_when_it_is_the_first_to_send_something(cast, tablet):
    copy = tablets.renew(tablet.id, tablet.secret)
    tablets.renew(tablet.id, copy.secret)
    with pytest.raises(tablets.Off):
        tablets.renew(tablet.id, tablet.secret)


def test_a_secret_that_was_never_one_of_a_known_tablet_switches_it_off_and_of_no_tablet_does_nothing(cast, tablet):
    assert tablets.look(tablet.id, "nonsense") is None
    assert tablets.renew(tablet.id + 1, tablet.secret) is None
    assert tablets.look(tablet.id + 1, tablet.secret) is None
    assert Tablet.get_by_id(tablet.id).ended_at is None


def test_a_tablet_that_was_switched_off_is_told_so(cast, tablet):
    tablets.switch_off(cast.office, tablet.id)
    for step in (tablets.look, tablets.renew):
        with pytest.raises(tablets.Off):
            step(tablet.id, tablet.secret)
    assert Tablet.get_by_id(tablet.id).ended_because == tablets.SWITCHED_OFF


def test_reception_hears_of_a_copy_for_a_week_or_until_a_tablet_is_on_again(cast, tablet):
    with pytest.raises(tablets.Off):
        tablets.renew(tablet.id, "old")
    with later(days=6):
        assert len(tablets.news(cast.head)) == 1
    with later(days=8):
        assert tablets.news(cast.head) == []
    with later(minutes=1):
        tablets.switch_on(cast.office, "Front desk")
        assert tablets.news(cast.head) == []
    with pytest.raises(NotAllowed):
        tablets.news(cast.teacher)


def test_only_the_last_ones_that_are_off_are_listed(cast):
    for number in range(tablets.MOST_ENDED + 2):
        with later(minutes=number):
            tablets.switch_off(cast.office, tablets.switch_on(cast.office, f"Desk {number}").id)
    _, ended = tablets.listed(cast.office)
    assert len(ended) == tablets.MOST_ENDED
    assert ended[0].name == f"Desk {tablets.MOST_ENDED + 1}"
