"""Whatever stands in an address or a header, the answer is a page and nothing is changed."""

import pytest

from tests.pages.core.test_bad_input import SPOILT


@pytest.mark.parametrize(
    "number",
    [
        "0",
        "-1",
        "٣",
        "１",
        "1.0",
        "1e3",
        "9" * 18,
        "9" * 19,
        "9" * 400,
        "01",
        "%00",
        "1%00",
        "x",
        "%20",
        "1;",
        "..%2f1",
    ],
)
def test_a_number_of_a_record_that_cannot_be_is_not_found(sign_in_as, number):
    head = sign_in_as("head")
    for address in (
        "/exemptions/{}",
        "/exemptions/{}/slip",
        "/exemptions/{}/change",
        "/exemptions/{}/needs/pin-set",
        "/people/{}",
        "/decisions/{}",
        "/decisions/request/{}",
        "/agreements/{}",
        "/agreements/of/{}",
        "/agreements/for/{}",
        "/chronology/{}",
        "/visitors/{}",
        "/visitors/1/same/{}",
    ):
        assert head.get(address.format(number)).status == 404, address
    assert sign_in_as("teacher").get(f"/activities/{number}").status == 404
    posts = (
        "/exemptions/{}/withdraw",
        "/decisions/{}/approve",
        "/decisions/{}/revoke",
        "/decisions/delegation/{}/end",
        "/people/{}/code",
        "/people/1/roles/{}/take",
        "/agreements/{}/paper",
        "/agreements/{}/exam-permission",
        "/agreements/for/{}",
    )
    for address in posts:
        answer = head.post(address.format(number), {"revision": "1", "text": "x"} if "decisions/{" in address else {})
        assert answer.status in {404, 405}, address


@pytest.mark.parametrize("kind", ["holiday", "%00", "..%2f", "TEACHING-PERIOD", "%ED%A0%80", "{{7*7}}", "a" * 5000])
def test_a_kind_or_a_need_that_there_is_not_is_not_found(sign_in_as, ask, kind):
    teacher, exemption = sign_in_as("teacher"), ask("teacher", "remote-learning")
    for address in (f"/exemptions/new/{kind}", f"/exemptions/{exemption}/needs/{kind}"):
        assert teacher.get(address).status == 404
        assert teacher.post(address).status == 404


QUERIES = {
    "/today": ("date", "zone", "name"),
    "/today.csv": ("date", "zone", "name"),
    "/today/changes": ("seen", "date", "zone", "name"),
    "/decisions/changes": ("seen", "shown"),
    "/people": ("name", "role"),
    "/visitors/log": ("text", "organisation", "host", "decision", "first", "last", "before"),
    "/visitors/log.csv": ("text", "organisation", "host", "decision", "first", "last"),
    "/visitors/counts": ("on",),
    "/visitors/tries": ("seen",),
    "/visitors/not-admitted/now": ("seen",),
    "/audit": ("person", "event", "first", "last", "record", "before"),
    "/sign-in": ("next",),
    "/policy": ("x",),
    "/": ("x",),
    "/exemptions/new/teaching-period": ("form_key", "device", "state", "again"),
    "/exemptions": ("x",),
    "/chronology/": ("name",),
    "/lockers": ("text",),
    "/school-devices/": ("text", "kind", "state", "out"),
    "/school-devices/list.csv": ("text", "kind", "state", "out"),
    "/school-devices/labels": ("text", "kind", "state", "out"),
    "/lockers/many": ("group",),
}


@pytest.mark.parametrize("address", QUERIES)
def test_a_spoilt_address_is_answered_with_a_page(sign_in_as, stranger, approved, address):
    approved()
    browser = stranger if address == "/sign-in" else sign_in_as("head")
    for field in QUERIES[address]:
        for how, value in SPOILT.items():
            text = "".join(f"%{byte:02X}" for byte in value[:3000]) if how == "raw bytes" else value[:3000].decode()
            queries = (f"{field}={text}", False), (f"{field}={text}&{field}=2026-11-23&{field}[]={text}", True)
            for query, piece in queries:
                answer = browser.get(f"{address}?{query}", piece)
                nobodys = field == "again" and answer.status == 404  # a number of no request of one's own
                assert answer.status in {200, 204, 422} or nobodys, (how, query[:80], answer.status)


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "session=" + "x" * 4000},
        {"Cookie": "session=\xff; session=a.b.c"},
        {"HX-Request-Type": "partial", "HX-Current-URL": "javascript:alert(1)", "HX-Target": "<script>"},
        {"Accept-Encoding": "identity;q=0, nonsense", "Accept-Language": "x" * 3000},
        {"X-Forwarded-For": "1.2.3.4", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
        {"Referer": "https://evil.example/", "Origin": "null"},
        {"X-HTTP-Method-Override": "POST"},
        {"If-None-Match": "*", "Range": "bytes=0-10"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_a_strange_header_changes_nothing(sign_in_as, headers):
    answer = sign_in_as("teacher").get("/account", headers=headers)
    assert answer.status in {200, 303, 401}
    assert "evil.example" not in answer.text
    assert "evil.example" not in (answer.location or "")


def test_the_host_of_an_answer_is_never_taken_from_the_request_alone(stranger):
    answer = stranger.get("/today", headers={"Host": "evil.example"})
    assert answer.location.startswith("/sign-in")
