"""Slowing failed sign-ins, per account and per address, without locking anybody out.

The counts are rows, so they hold across worker processes and restarts. What was typed as a name is kept only
as a keyed digest: people type their password there by mistake.
"""

import datetime as dt
import hashlib
import hmac
import math

from peewee import fn

from database import prepared, writing
from fields import Parameter
from models import SignInFailure
from rules.core import clock, config

WINDOW = dt.timedelta(minutes=15)
LONGEST_WAIT = 300


class SlowDown(Exception):
    """Too many wrong tries. `seconds` says how long to wait before the next one."""

    def __init__(self, seconds):
        super().__init__(f"wait {seconds} seconds")
        self.seconds = seconds


def digest(kind, text):
    """The digest that is stored instead of a typed name or an address."""
    key = config.current().sign_in_key
    return hmac.new(key, f"{kind}:{text}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _count(*conditions):
    """Tries of the last while. One of later than now was made before a clock that ran ahead was put right."""
    return SignInFailure.select(
        fn.COUNT(SignInFailure.id).alias("tries"), fn.MAX(SignInFailure.at).alias("newest")
    ).where(SignInFailure.at >= Parameter("since"), SignInFailure.at <= Parameter("now"), *conditions)


@prepared
def _pair():
    return _count(SignInFailure.account == Parameter("account"), SignInFailure.address == Parameter("address"))


@prepared
def _account():
    return _count(SignInFailure.account == Parameter("account"))


@prepared
def _address():
    return _count(SignInFailure.address == Parameter("address"))


# From how many failures on, and how long at most, a try must wait. The same account from the same address waits
# longest. An account under attack from elsewhere waits a few seconds only, so its owner still gets in, and so
# does a school whose people share one address.
STEPS = ((_pair, 5, LONGEST_WAIT), (_account, 20, 8), (_address, 60, 4))


def begin_try(account, address):
    """Note a try before the password is looked at, or raise SlowDown. A success clears it (`succeeded`)."""
    now = clock.now()
    with writing():
        for count, free, longest in STEPS:
            _must_not_wait(
                count.one(account=account, address=address, since=now - WINDOW, now=now),
                free,
                longest,
                now,
            )
        SignInFailure.delete().where(SignInFailure.at < now - 4 * WINDOW).execute()
        SignInFailure.insert(account=account, address=address, at=now).execute()


def _must_not_wait(row, free, longest, now):
    if row.tries < free:
        return
    wait = min(2 ** min(row.tries - free, 16), longest)
    left = wait - (now - row.newest).total_seconds()
    if left > 0:
        raise SlowDown(math.ceil(left))  # rounded down, a try after that wait would be refused again


def succeeded(account, address):
    """Forget the failures of this account from this address."""
    SignInFailure.delete().where(SignInFailure.account == account, SignInFailure.address == address).execute()
