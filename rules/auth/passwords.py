"""Passwords: how they are kept, and which new ones are refused."""

import re
import sys
from functools import cache
from pathlib import Path

SHORTEST, LONGEST = 12, 1024
EASY = "That is easy to guess. Use three or four words that do not belong together"

NOT_LOOKED_UP = "We could not look whether many people have this password. Try again in a minute"

# How many letters of a password are looked up. For more zxcvbn takes seconds, where many signs stand for letters.
LOOKED_AT = 24
# zxcvbn's score: 0 to 2 is what up to a hundred million tries would find, the common passwords first.
FIT_SCORE = 3
_SCORE = "import sys, zxcvbn; print(zxcvbn.zxcvbn(sys.stdin.read())['score'])"

_LEET = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm")


@cache
def hasher():
    """What hashes and verifies. argon2 is imported at the first password: a start needs none."""
    from argon2 import PasswordHasher

    # OWASP's setting for argon2id: 19 MiB and two passes. More would hold pages up on an old desktop.
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def common_words():
    """What people reach for when twelve letters are asked of them, without digits and signs."""
    return frozenset(Path(__file__).with_name("common_passwords.txt").read_text(encoding="ascii").split())


def hash_password(password):
    """The Argon2id hash to keep instead of the password. Slow on purpose: never call it in a transaction."""
    return hasher().hash(password)


@cache
def _nobody():
    return hasher().hash("a password that belongs to nobody")


def matches(kept, password):
    """Whether the password fits the kept hash. With no hash it takes the same time and says no."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return hasher().verify(kept or _nobody(), password) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def password_error(password, *personal):
    """Why this cannot be a new password, in words, or None.

    `personal` are words that others would guess: the person's names, their team, the school.
    No letter, digit or sign is demanded: length is what protects.
    """
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters. Three or four words you can picture work well"
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters"
    if len(set(password.casefold())) < 5 or _is_run(password.casefold()):
        return EASY
    if not _without_guessable(password, personal):
        return "That is made of common words, or of your name or the school’s. Add words nobody would guess"
    once = password[: (password + password).index(password, 1)]  # of what is written again and again, one
    common = _is_common(once[:LOOKED_AT])
    if common is None:
        return NOT_LOOKED_UP
    return EASY if common else None


def _is_common(password):
    """Whether a password is one of those that many people have, or is near to one; None where nobody could look.

    zxcvbn's lists take 13 MB, and 5 of them stay when they are given up. So they are read in a process of their own,
    for the 0.04 seconds that a new password takes.
    """
    import subprocess

    try:
        ran = subprocess.run(  # noqa: S603 (the command holds nothing that was typed)
            [sys.executable, "-I", "-X", "utf8", "-c", _SCORE],
            input=password,
            encoding="utf-8",
            capture_output=True,
            check=True,
            timeout=30,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # Windows would open one for each password
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return int(ran.stdout) < FIT_SCORE


def _is_run(text):
    return any(text in run + run or text in (run + run)[::-1] for run in _RUNS)


def _without_guessable(password, personal):
    """Whether enough is left when common and personal words, and the digits and signs round them, are gone."""
    words = set(common_words())
    for phrase in personal:
        words.update(part for part in re.split(r"[\W_]+", phrase.casefold()) if len(part) > 2)
    plain, leet = password.casefold(), password.casefold().translate(_LEET)
    guessable = re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))
    return all(len(re.sub(r"[\W\d_]+", "", guessable.sub("", text))) >= 5 for text in (plain, leet))
