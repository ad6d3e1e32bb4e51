"""Passwords: how they are kept, and which new ones are refused."""

import runpy
import subprocess
import sys

import pytest

from rules.auth import passwords
from rules.auth.passwords import hash_password, matches, password_error

GOOD = "paper boat lantern"
PERSONAL = ("Samuel Oakenfold", "samuel", "Kestrel class", "Oakham Shires School")


def test_a_password_fits_its_hash_and_no_other():
    kept = hash_password(GOOD)
    assert matches(kept, GOOD)
    assert not matches(kept, GOOD + " ")
    assert not matches(kept, GOOD.upper())


def test_the_same_password_is_kept_differently_each_time_and_never_as_it_is():
    one, other = hash_password(GOOD), hash_password(GOOD)
    assert one != other
    assert GOOD not in one


def test_passwords_are_kept_as_owasp_asks():
    as_written = runpy.run_path(passwords.__file__)  # tests of pages lower the cost in the module that is loaded
    assert as_written["hash_password"](GOOD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("kept", [None, "", "not a hash", "$argon2id$v=19$m=19456,t=2,p=1$broken"])
def test_nothing_fits_a_hash_that_is_not_there(kept):
    assert matches(kept, GOOD) is False
    assert matches(kept, "") is False
    assert matches(kept, "a password that belongs to nobody") is False


def test_an_unknown_name_costs_as_much_work_as_a_wrong_password(monkeypatch):
    tried = []

    class Counting:
        def verify(self, kept, password):
            tried.append(kept)
            return True

        def hash(self, password):
            return "the hash of nobody"

    passwords._nobody.cache_clear()
    monkeypatch.setattr(passwords, "hasher", Counting)
    assert not matches(None, GOOD)
    assert matches("kept", GOOD)
    assert tried == ["the hash of nobody", "kept"]
    passwords._nobody.cache_clear()


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "correct horse battery",
        "wellington boots in the bath",
        "rainbow-saucepan-42",
        "Übergrößenträger Kürbis",
        "drei kleine Igel laufen",
        "sommerregen klingt nach",
        "PAPER BOAT LANTERN",
        "x" * 3 + " otters quietly swim",
        "мама мыла раму утром",
        "paper-boat-lantern",
        "lantern on the marsh",
        "paperboatlantern",
        "blue chair lake",
        "tea and biscuits",
        "caterpillar mud",
    ],
)
def test_a_few_words_that_do_not_belong_together_are_a_good_password(password):
    assert password_error(password, *PERSONAL) is None


@pytest.mark.parametrize("password", ["", "paper boat", "elevenchars"])
def test_a_short_password_is_refused(password):
    assert "at least 12" in password_error(password)


def test_a_password_has_a_longest_length_so_that_nobody_keeps_the_school_busy_with_one():
    words = "otter quietly swimming under bridges "
    assert password_error((words * 40)[:1024]) is None
    assert "at most 1024" in password_error((words * 40)[:1025])


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaa",
        "abababababab",
        "abcabcabcabcd",
        "abcdefghijklmn",
        "nmlkjihgfedcba",
        "qwertyuiopasdf",
        "123456789012",
    ],
)
def test_a_row_of_keys_or_the_same_few_letters_are_refused(password):
    assert "easy to guess" in password_error(password)


@pytest.mark.parametrize(
    "password",
    [
        "Password1234!",
        "P4$$w0rd-2026",
        "password password",
        "Welcome-Teacher-1",
        "qwerty!qwerty!",
        "Liverpool 2026!",
        "ILoveYou-Summer",
        "LetMeIn-LetMeIn",
        "october 2026 monday",
    ],
)
def test_common_words_with_signs_round_them_are_refused(password):
    assert "common words" in password_error(password)


@pytest.mark.parametrize(
    "password",
    [
        "qazwsxedcrfv",
        "1q2w3e4r5t6y",
        "q1w2e3r4t5y6",
        "zaq12wsxcde3",
        "manchesterunited",
        "ManchesterUnited1",
        "m4nchesterun1ted",
        "tottenhamhotspur",
        "nottinghamforest",
        "unbelievable",
        "unbelievable1",
        "teachingassistant",
        "christopher7",
        "stephanie1985",
        "manchesterunited" * 2,
        "unbelievable" * 85,
    ],
)
def test_a_password_that_many_people_have_or_that_is_near_to_one_is_refused(password):
    assert password_error(password) == ("That is easy to guess. Use three or four words that do not belong together")


@pytest.mark.parametrize("signs", ["otter4@8({[<3691!|0$5+7%2", "otter 1|!7il ", "4433@@((11äöü", "otters<>&\"'\n\r\0"])
def test_of_a_long_password_no_more_is_looked_up_than_of_a_short_one(monkeypatch, signs):
    """zxcvbn takes up to seven seconds for 72 signs that stand for letters, and others wait to sign in meanwhile."""
    looked_up, run = [], subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda *args, **more: looked_up.append(more["input"]) or run(*args, **more))
    password_error((signs * passwords.LONGEST)[: passwords.LONGEST])
    assert [len(letters) for letters in looked_up] == [24]


def test_the_list_of_common_passwords_is_given_up_after_use():
    """It takes 13 MB, of which 5 would stay for good: a process of its own has it."""
    assert password_error(GOOD) is None
    assert not [name for name in sys.modules if name.startswith("zxcvbn")]


@pytest.mark.parametrize(
    "password",
    [
        "Samuel.Oakenfold",
        "oakenfold-1974!",
        "KestrelClass2026",
        "OakhamShires!2026",
        "S4mu3l 04k3nf0ld",
        "samuelsamuel1",
    ],
)
def test_ones_own_name_and_the_schools_are_refused(password):
    assert "your name" in password_error(password, *PERSONAL)


def test_somebody_elses_name_may_be_part_of_a_password():
    assert password_error("Samuel.Oakenfold", "Bea Thistlewood") is None


def test_personal_words_are_read_as_words_and_not_as_patterns():
    assert password_error(GOOD, "(.*)", "[a-z]+", "") is None


@pytest.mark.parametrize("fault", [OSError("no process can be made"), subprocess.TimeoutExpired("python", 30)])
def test_where_nobody_can_look_for_common_passwords_that_is_said_and_nothing_breaks(monkeypatch, fault):
    def fail(*_, **__):
        raise fault

    monkeypatch.setattr(subprocess, "run", fail)
    assert passwords.password_error("seven quiet otters").startswith("We could not look")
