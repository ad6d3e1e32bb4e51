"""People at their screens: each with a fresh profile, signed in through the form, and watched for errors."""

import re

from demo.people import DEMO_PASSWORD

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 15_000  # ms; a machine that does much else may be slow, and nothing here measures speed
_NOTED = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")
_OFFLINE = re.compile(r"net::ERR_INTERNET_DISCONNECTED|^htmx: htmx:error: Failed to fetch")


class Screens:
    """The screens of one test. `moved` is the school's clock where it shows another time than the real one."""

    def __init__(self, chromium, address, cookies=None, moved=None):
        self.chromium, self.address, self.moved = chromium, address, moved
        self._cookies = {} if cookies is None else cookies
        self.complaints, self.expected, self.offline, self._profiles = [], set(), False, []

    def profile(self, javascript=True, width=1280, height=900, address=None, touch=False):
        """A browser profile in which nobody has signed in. `touch`: on a screen that is used with a finger."""
        profile = self.chromium.new_context(
            base_url=address or self.address,
            java_script_enabled=javascript,
            viewport={"width": width, "height": height},
            has_touch=touch,
            locale="en-GB",
            timezone_id="Europe/London",
        )
        profile.set_default_timeout(PATIENCE)
        if self.moved:
            profile.clock.install(time=self.moved.now())  # a browser's clock shows what the school's does
        profile.on("console", self._hear)
        profile.on("weberror", lambda error: self.complaints.append(f"a script broke: {error.error}"))
        self._profiles.append(profile)
        return profile

    def signed_in(self, username, javascript=True, anew=False, **more):
        """My page of somebody who has signed in through the form.

        The session of the first time is used again, which saves a third of the time of all these tests; `anew`
        where a session of one's own is wanted, because the test ends it.
        """
        profile = self.profile(javascript, **more)
        page = profile.new_page()
        if username in self._cookies and not anew:
            profile.add_cookies(self._cookies[username])
            page.goto("/")
        else:
            sign_in(page, username)
            if "/acknowledgements" in page.url:
                page.goto("/")  # who owes an acknowledgement is asked for it first
            self._cookies.update({} if anew else {username: profile.cookies()})
        return page

    def expect_status(self, *statuses):
        """The browser will note an answer of these statuses as an error, and the test means it to."""
        self.expected |= {str(status) for status in statuses}

    def expect_offline(self):
        """The browser will note that it cannot reach the program, and the test means it to."""
        self.offline = True

    def _hear(self, message):
        noted = _NOTED.search(message.text)
        expected = (noted and noted[1] in self.expected) or (self.offline and _OFFLINE.search(message.text))
        if message.type == "error" and not expected:
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def close(self):
        """Everybody leaves."""
        for profile in self._profiles:
            profile.close()

    def must_be_clean(self):
        """Fail for every error that a browser has noted and no test expected."""
        assert not self.complaints, "\n".join(self.complaints)


def sign_in(page, username):
    """Sign in through the form, on whatever page asks for it."""
    if "/sign-in" not in page.url:
        page.goto("/sign-in")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()
