"""Signing in and out: who gets in, who is slowed down, and when a session is over."""

import datetime as dt

import pytest

from enums import Role
from models import LoginSession, Person, SignInFailure
from rules.auth import actors, sessions, throttle
from rules.auth.actors import actor_of_token
from rules.auth.sessions import WrongPassword
from rules.auth.throttle import LONGEST_WAIT, STEPS, WINDOW, SlowDown
from rules.core import clock
from rules.people import codes, people, role_grants
from tests.conftest import CAST, MONDAY_AT_TEN, PASSWORD
from tests.support.exemptions import MONDAY, TUESDAY, events, later, when

HERE, ELSEWHERE = "192.0.2.1", "192.0.2.99"
STRICT = ("head", "dsl", "deputy_dsl", "office")


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch):
    """The arithmetic of passwords is tested in test_passwords.py; here it would only take time."""
    monkeypatch.setattr(sessions.passwords, "matches", lambda kept, typed: kept is not None and typed == PASSWORD)
    monkeypatch.setattr(sessions.passwords, "hash_password", lambda password: f"hash of {password}")


def sign_in(actor, address=HERE):
    return sessions.sign_in(actor.username, PASSWORD, address)


def fail(name="teacher", address=HERE, times=1):
    """Give a wrong password; each time after waiting as long as asked."""
    for _ in range(times):
        with pytest.raises(WrongPassword):
            sessions.sign_in(name, "a wrong one", address)


def wait_asked(name="teacher", address=HERE):
    """How many seconds the next try has to wait; 0 if it need not."""
    try:
        throttle.begin_try(throttle.digest("name", name), throttle.digest("address", address))
    except SlowDown as slow:
        return slow.seconds
    return 0


# --- Getting in ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", CAST)
def test_everybody_of_the_school_signs_in(cast, who):
    actor = getattr(cast, who)
    assert actor_of_token(sign_in(actor)) == actor
    assert events()[-1] == "signed-in"


def test_a_name_is_read_without_its_case_and_the_spaces_round_it(cast):
    assert actor_of_token(sessions.sign_in("  TEACHER ", PASSWORD, HERE)) == cast.teacher


@pytest.mark.parametrize("typed", ["nobody", "", "teacher ' --", "x" * 10_000, "päper"])
def test_an_unknown_name_is_answered_like_a_wrong_password(cast, typed):
    with pytest.raises(WrongPassword):
        sessions.sign_in(typed, PASSWORD, HERE)
    assert events()[-1] == "sign-in-unknown"


def test_a_wrong_password_opens_nothing_and_is_on_the_trail(cast):
    fail()
    assert LoginSession.select().count() == 0
    assert events()[-1] == "sign-in-failed"


def test_somebody_inactive_does_not_get_in(cast):
    people.set_active(cast.head, cast.teacher.id, False)
    with pytest.raises(WrongPassword):
        sign_in(cast.teacher)


def test_the_table_of_sessions_opens_no_door(cast):
    secret = sign_in(cast.teacher)
    row = LoginSession.get()
    assert secret not in (row.token_digest, row.roles)
    assert actor_of_token(row.token_digest) is None


@pytest.mark.parametrize("secret", ["", "x", "é" * 40, "\x00", "x" * 100_000])
def test_a_token_that_was_never_given_stands_for_nobody(cast, secret):
    sign_in(cast.teacher)
    assert actor_of_token(secret) is None


# --- When it is over ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", CAST)
def test_a_session_lasts_its_hours_and_not_a_moment_longer(cast, who):
    actor = getattr(cast, who)
    hours = 9 if who in STRICT else 12
    secret = sign_in(actor)
    with later(hours=hours, microseconds=-1):
        assert actor_of_token(secret) == actor
    with later(hours=hours):
        assert actor_of_token(secret) is None


@pytest.mark.parametrize("who", CAST)
def test_the_sessions_of_those_whose_pages_hold_the_most_lie_idle_for_half_an_hour_only(cast, who):
    minutes = 30 if who in STRICT else 60
    assert actors.idle_limit(getattr(cast, who).roles) == dt.timedelta(minutes=minutes)


@pytest.mark.parametrize("who", CAST)
def test_a_session_is_over_when_nobody_was_there_for_longer_than_it_may_lie_idle(cast, who):
    actor, seen = getattr(cast, who), clock.now().timestamp()
    secret, minutes = sign_in(actor), 30 if who in STRICT else 60
    with later(minutes=minutes):
        assert actor_of_token(secret, seen) == actor
    with later(minutes=minutes, seconds=1):
        assert actor_of_token(secret, seen) is None
        assert actor_of_token(secret, clock.now().timestamp()) == actor


@pytest.mark.parametrize("night", [dt.date(2027, 3, 27), dt.date(2027, 10, 30)], ids=["spring", "autumn"])
def test_a_session_lasts_as_long_in_the_nights_the_clocks_change(cast, night):
    with when(night, "20:00"):
        began = clock.now()
        secret = sign_in(cast.teacher)
    with clock.frozen(began + dt.timedelta(hours=12, seconds=-1)):
        assert actor_of_token(secret) == cast.teacher
    with clock.frozen(began + dt.timedelta(hours=12)):
        assert actor_of_token(secret) is None


def test_signing_out_ends_this_session_and_no_other(cast):
    one, other = sign_in(cast.teacher), sign_in(cast.teacher)
    sessions.sign_out(cast.teacher, one)
    assert actor_of_token(one) is None
    assert actor_of_token(other) == cast.teacher


def test_signing_out_twice_is_told_once(cast):
    secret = sign_in(cast.teacher)
    for _ in range(2):
        sessions.sign_out(cast.teacher, secret)
    assert events().count("signed-out") == 1


def test_a_session_is_over_when_somebody_is_made_inactive_and_stays_over(cast):
    secret = sign_in(cast.teacher)
    people.set_active(cast.head, cast.teacher.id, False)
    assert actor_of_token(secret) is None
    people.set_active(cast.head, cast.teacher.id, True)
    assert actor_of_token(secret) is None


def test_a_session_is_over_when_a_role_is_given(cast):
    secret = sign_in(cast.teacher)
    role_grants.give_role(cast.head, cast.teacher.id, Role.SLT, MONDAY)
    assert actor_of_token(secret) is None


def test_a_session_is_over_when_a_role_is_taken_and_stays_over_when_it_is_given_back(cast):
    secret = sign_in(cast.office)
    grant = next(each for each in role_grants.grants_of(cast.office.id) if each.role == Role.OFFICE.value)
    role_grants.take_role(cast.head, cast.office.id, grant.id)
    assert actor_of_token(secret) is None
    role_grants.give_role(cast.head, cast.office.id, Role.OFFICE, MONDAY)
    assert actor_of_token(secret) is None


@pytest.mark.parametrize("first", [MONDAY, TUESDAY], ids=["a role that ends today", "a role that starts tomorrow"])
def test_a_session_is_over_at_the_midnight_at_which_the_roles_change(cast, first):
    role_grants.give_role(cast.head, cast.teacher.id, Role.SLT, first, first)
    with when(MONDAY, "23:00"):
        secret = sign_in(cast.teacher)
    with when(MONDAY, "23:59"):
        assert actor_of_token(secret) is not None
    with when(TUESDAY, "00:00"):
        assert actor_of_token(secret) is None


def test_a_session_begun_while_the_clock_ran_ahead_does_not_last_for_years(cast):
    with clock.frozen(MONDAY_AT_TEN + dt.timedelta(days=3652)):
        secret = sign_in(cast.teacher)
    assert actor_of_token(secret) is None
    secret = sign_in(cast.teacher)
    with clock.frozen(MONDAY_AT_TEN - dt.timedelta(minutes=4)):
        assert actor_of_token(secret) == cast.teacher, "a clock that is put right by minutes signs nobody out"


def test_a_page_seen_while_the_clock_ran_ahead_does_not_keep_a_session_from_lying_idle(cast):
    secret, ahead = sign_in(cast.teacher), MONDAY_AT_TEN + dt.timedelta(days=3652)
    assert actor_of_token(secret, MONDAY_AT_TEN.timestamp()) == cast.teacher
    assert actor_of_token(secret, ahead.timestamp()) is None


def test_sessions_that_have_run_out_are_cleared_away(cast):
    sign_in(cast.teacher)
    with later(days=1):
        sign_in(cast.assistant)
    assert [row.person_id for row in LoginSession.select()] == [cast.assistant.id]


# --- Passwords and codes ------------------------------------------------------------------------------------


def test_a_new_password_ends_every_other_session(cast):
    elsewhere = sign_in(cast.teacher)
    here = sessions.change_password(cast.teacher, PASSWORD, "seven quiet otters")
    assert actor_of_token(elsewhere) is None
    assert actor_of_token(here) == cast.teacher
    assert Person.get_by_id(cast.teacher.id).password_hash == "hash of seven quiet otters"
    assert events()[-1] == "password-changed"


def test_a_wrong_old_password_changes_nothing(cast):
    secret = sign_in(cast.teacher)
    with pytest.raises(WrongPassword):
        sessions.change_password(cast.teacher, "a wrong one", "seven quiet otters")
    assert actor_of_token(secret) == cast.teacher
    assert events()[-1] == "sign-in-failed"


def test_guessing_the_old_password_is_slowed_down_too(cast):
    for _ in range(5):
        with pytest.raises(WrongPassword):
            sessions.change_password(cast.teacher, "a wrong one", "seven quiet otters")
    with pytest.raises(SlowDown):
        sessions.change_password(cast.teacher, PASSWORD, "seven quiet otters")
    assert actor_of_token(sign_in(cast.teacher)) == cast.teacher


def code_for(cast):
    return codes.new_code(cast.office, cast.teacher.id)


@pytest.mark.parametrize("typed", [str, str.upper, lambda code: f" {code} ", lambda code: code.replace("-", "- ")])
def test_a_code_is_read_as_people_type_it(cast, typed):
    assert sessions.person_with_code("Teacher", typed(code_for(cast)), HERE).id == cast.teacher.id


def test_a_code_is_good_for_seven_days(cast):
    secret = code_for(cast)
    with later(days=7, microseconds=-1):
        assert sessions.person_with_code("teacher", secret, HERE)
    with later(days=7), pytest.raises(WrongPassword):
        sessions.person_with_code("teacher", secret, HERE)


def test_a_code_is_used_once(cast):
    secret = code_for(cast)
    person = sessions.person_with_code("teacher", secret, HERE)
    assert actor_of_token(sessions.choose_first_password(person, secret, "seven quiet otters", HERE)) == cast.teacher
    with pytest.raises(WrongPassword):
        sessions.choose_first_password(person, secret, "another pretty password", HERE)
    with pytest.raises(WrongPassword):
        sessions.person_with_code("teacher", secret, HERE)
    assert Person.get_by_id(cast.teacher.id).password_hash == "hash of seven quiet otters"


def test_a_newer_code_replaces_the_older_one(cast):
    older, newer = code_for(cast), code_for(cast)
    with pytest.raises(WrongPassword):
        sessions.person_with_code("teacher", older, HERE)
    assert sessions.person_with_code("teacher", newer, HERE)


@pytest.mark.parametrize("name", ["assistant", "nobody", ""])
def test_a_code_is_good_for_nobody_else(cast, name):
    secret = code_for(cast)
    with pytest.raises(WrongPassword):
        sessions.person_with_code(name, secret, HERE)


def test_somebody_without_a_code_does_not_get_in_with_an_empty_one(cast):
    with pytest.raises(WrongPassword):
        sessions.person_with_code("teacher", "", HERE)


def test_somebody_inactive_does_not_get_in_with_a_code(cast):
    secret = code_for(cast)
    people.set_active(cast.head, cast.teacher.id, False)
    with pytest.raises(WrongPassword):
        sessions.person_with_code("teacher", secret, HERE)


# --- Slowing down -------------------------------------------------------------------------------------------


def test_four_wrong_tries_cost_nothing_and_the_fifth_costs_a_second(cast):
    fail(times=4)
    fail()
    assert wait_asked() == 1
    with later(seconds=1):
        assert wait_asked() == 0


def test_each_further_wrong_try_doubles_the_wait_up_to_five_minutes(cast):
    asked, moment = [], MONDAY_AT_TEN
    fail(times=5)
    for _ in range(10):
        with clock.frozen(moment):
            asked.append(wait_asked())
        moment += dt.timedelta(seconds=asked[-1])
        with clock.frozen(moment):
            fail()
    assert asked == [1, 2, 4, 8, 16, 32, 64, 128, 256, LONGEST_WAIT]


def failed_before(times, account, address):
    """Wrong tries at ten, as rows."""
    for _ in range(times):
        SignInFailure.insert(account=account, address=address, at=clock.now()).execute()


def test_after_the_wait_that_was_asked_for_the_next_try_is_not_refused_again(cast):
    failed_before(8, throttle.digest("name", "teacher"), throttle.digest("address", HERE))
    with later(milliseconds=2600):
        asked = wait_asked()
        assert asked == 6  # 5.4 are left of 8
    with later(milliseconds=2600 + 1000 * asked):
        assert wait_asked() == 0


def test_a_try_that_has_to_wait_is_not_counted_as_one_more(cast):
    fail(times=5)
    before = SignInFailure.select().count()
    for _ in range(10):
        assert wait_asked() == 1
    assert SignInFailure.select().count() == before


def test_who_has_to_wait_waits_with_the_right_password_too(cast):
    fail(times=5)
    with pytest.raises(SlowDown):
        sign_in(cast.teacher)
    with later(seconds=1):
        assert sign_in(cast.teacher)


def test_signing_in_clears_the_wrong_tries(cast):
    fail(times=4)
    sign_in(cast.teacher)
    fail(times=4)
    assert sign_in(cast.teacher)


def test_wrong_tries_are_forgotten_after_a_quarter_of_an_hour(cast):
    fail(times=5)
    with clock.frozen(MONDAY_AT_TEN + WINDOW + dt.timedelta(seconds=1)):
        assert wait_asked() == 0


def test_an_attack_from_elsewhere_keeps_the_owner_waiting_for_a_few_seconds_only(cast):
    moment = MONDAY_AT_TEN
    for number in range(40):
        with clock.frozen(moment):
            moment += dt.timedelta(seconds=wait_asked(address=f"192.0.2.{number}"))
        with clock.frozen(moment):
            fail(address=f"192.0.2.{number}")
    with clock.frozen(moment):
        assert 0 < wait_asked(address=ELSEWHERE) <= 8
    with clock.frozen(moment + dt.timedelta(seconds=8)):
        assert sign_in(cast.teacher, ELSEWHERE)


def test_the_people_who_share_one_address_wait_for_each_other_for_a_few_seconds_only(cast):
    account, place = (throttle.digest(kind, "x") for kind in ("name", "address"))
    failed_before(200, account, place)
    with pytest.raises(SlowDown) as caught:
        throttle.begin_try("another account", place)
    assert caught.value.seconds <= 4


def test_somebody_else_at_another_place_does_not_wait(cast):
    fail(times=5)
    assert sign_in(cast.assistant, ELSEWHERE)


@pytest.mark.parametrize("tries", [5, 21, 22, 100, 100_000])
def test_the_wait_stays_within_its_bounds_however_many_tries_there_were(cast, tries):
    for count, free, longest in STEPS:
        row = count.one(account="", address="", since="", now="")._replace(tries=tries, newest=MONDAY_AT_TEN)
        if tries < free:
            throttle._must_not_wait(row, free, longest, MONDAY_AT_TEN)
            continue
        with pytest.raises(SlowDown) as caught:
            throttle._must_not_wait(row, free, longest, MONDAY_AT_TEN)
        assert caught.value.seconds == min(2 ** (tries - free), longest)


def test_a_clock_that_ran_ten_years_ahead_and_was_put_right_keeps_nobody_waiting(cast):
    with clock.frozen(MONDAY_AT_TEN + dt.timedelta(days=3652)):
        fail(times=5)
        assert wait_asked() > 0
    assert wait_asked() == 0
    SignInFailure.delete().execute()
    fail(times=5)
    assert wait_asked() == 1, "the tries of now still count"


def test_what_was_typed_as_a_name_is_not_kept(cast):
    with pytest.raises(WrongPassword):
        sessions.sign_in("my secret password", "x", HERE)
    row = SignInFailure.get()
    assert len(row.account) == len(row.address) == 64
    assert "my secret password" not in row.account
    assert throttle.digest("name", "teacher") != throttle.digest("code", "teacher")


def test_old_failures_are_cleared_away(cast):
    fail(times=3)
    with later(hours=2):
        fail(name="assistant")
    assert SignInFailure.select().count() == 1
