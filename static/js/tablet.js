// The reception tablet: what every page has, and what the tablet needs beyond it.

import "./parts.js";

import { forgetWhatWasTyped, startSearches } from "./host_search.js";
import { whenPageWasKept } from "./kept_pages.js";
import { clearWhenLeftAlone, somebodyIsHere, startAgain } from "./left_alone.js";
import { showOffline } from "./offline.js";
import { start } from "./start.js";

// A server that is there and cannot save is told like a network that is away: what was typed stays, and can be sent again.
function sayWhenNotSaved() {
  document.addEventListener("htmx:response:error", (event) => {
    if (event.detail.ctx.response.status >= 500) showOffline(true);
  });
}

// The next page is there: it is read from its top, but for what is wrong, where components.js has put the focus.
function goOnWithNextPage() {
  document.addEventListener("htmx:after:swap", (event) => {
    const wrong = event.detail.ctx?.response?.status === 422;
    somebodyIsHere();
    if (!wrong) forgetWhatWasTyped();
    start("search", startSearches);
    if (!wrong) document.getElementById("main").focus({ preventScroll: true });
  });
}

start("kept pages", () => whenPageWasKept(startAgain));
start("left alone", clearWhenLeftAlone);
start("not saved", sayWhenNotSaved);
start("next page", goOnWithNextPage);
start("search", startSearches);
