"""Digests and tokens, made in one place."""

import hashlib
import secrets


def sha256(text):
    """The SHA-256 of a text, in hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def token():
    """A secret of 256 bits that is safe in a cookie."""
    return secrets.token_urlsafe(32)


CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def code():
    """A single-use code of 79 bits that is easy to read out: four groups of four, no look-alike letters."""
    letters = [secrets.choice(CODE_LETTERS) for _ in range(16)]
    return "-".join("".join(letters[i : i + 4]) for i in range(0, 16, 4))
