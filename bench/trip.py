"""The trip through the files: which of ours one request goes into, and how often it goes over from one to another.

A *file* is a Python file or a template of ours. It is entered when one of its functions is called, or a template's text
goes on. A *hop* is each time that happens in another file than the one entered last. Each request is made twice or
more, and the last one is counted, when everything that is kept after a first use is there.
"""

import sys

from bench import school
from bench.load import PIECE, form_of, forms_of
from settings import ROOT

OURS = f"{ROOT}/"
NOT_OURS = (f"{ROOT}/.venv/", f"{ROOT}/bench/", f"{ROOT}/node_modules/")
MAY_I = ("head", "teacher", "pupil", "parent", "volunteer")
AT_TABLET = "/visitors/sign-in"


class Trip:
    """Counts while it is entered: `files` as a set of names, `hops`, and `calls` of Python functions of anybody's."""

    def __init__(self):
        self.files, self.hops, self.calls, self._last = set(), 0, 0, None

    def __enter__(self):
        sys.setprofile(self._event)
        return self

    def __exit__(self, *_):
        sys.setprofile(None)

    def _event(self, frame, event, _):
        if event != "call":
            return
        file = frame.f_code.co_filename
        if not file.startswith(OURS) or file.startswith(NOT_OURS):
            return
        self.calls += 1
        self.files.add(file)
        self.hops += self._last not in {None, file}
        self._last = file


def measured(folder):
    """Values by measure: one for each person who makes the request."""
    with school.demo_school(folder) as (demo, app):
        cookies = demo.cookies([*MAY_I, *school.demo_names("staff-direct"), "office"])

        def browser(name):
            client = app.test_client()
            client.set_cookie("session", cookies[name])
            return client

        trips = {
            "approve": [_approve(browser("head"))],
            "tablet": [_sign_in_at_tablet(browser("office"))],
            "may I": [_get(browser(name), "/may-i?place=classroom") for name in MAY_I],
            "my page": [_get(browser(name), "/") for name in school.demo_names("staff-direct")],
        }
        with Trip() as pack:
            school.load_pack()
    values = {f"trip: {name}, files": [len(trip.files) for trip in counted] for name, counted in trips.items()}
    values |= {f"trip: {name}, hops": [trip.hops for trip in counted] for name, counted in trips.items()}
    return values | {"trip: pack, calls": [pack.calls]}


def _counted(ask, status=200):
    with Trip() as trip:
        answer = ask()
    if answer.status_code != status:
        raise RuntimeError(f"{answer.request.path} answered {answer.status_code}")
    return trip


def _get(client, address):
    for _ in range(2):
        trip = _counted(lambda: client.get(address))
    return trip


def _approve(client):
    """Approve with one click, answered by the row. What cannot be approved yet is passed over."""
    trips = []
    for address, fields in forms_of(client.get("/decisions").text):
        if address.endswith("/approve"):
            with Trip() as trip:
                answer = client.post(address, data=fields, headers=PIECE)
            if answer.status_code == 200:
                trips.append(trip)
    return trips[-1]


def _sign_in_at_tablet(client):
    """A visitor signs in at the reception tablet, the last of the two steps."""
    client.post(
        "/visitors/tablets",
        data={**form_of(client.get("/visitors/tablets").text, "/visitors/tablets"), "name": "Bench"},
    )
    for number in range(2):
        page = client.get(f"{AT_TABLET}/about").text
        about = form_of(page, f"{AT_TABLET}/about")
        host = page.partition("Hazel Winterbourne")[0].rpartition('value="')[2].partition('"')[0]
        about |= {"name": f"Robin Elmhurst-{number}", "organisation": "Elm & Co", "kind": "contractor", "host": host}
        about |= {"carries": "phone", "needs_device": "no"}
        accept = form_of(client.post(f"{AT_TABLET}/about", data=about).text, f"{AT_TABLET}/accept")
        ticks = {"accepts": "y"}
        trip = _counted(lambda accept=accept, ticks=ticks: client.post(f"{AT_TABLET}/accept", data=accept | ticks))
    return trip
