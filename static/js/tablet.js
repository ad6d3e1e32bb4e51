// The reception tablet: the site's parts, and what it needs beyond them.

import "./site.js";

import { forgetWhatWasTyped, startSearches } from "./host_search.js";
import { clearWhenLeftAlone, somebodyIsHere } from "./left_alone.js";
import { showOffline } from "./offline.js";

clearWhenLeftAlone();
startSearches();

// A server that is there and cannot save is told like a network that is away: what was typed stays, and can be sent again.
document.addEventListener("htmx:response:error", (event) => {
  if (event.detail.ctx.response.status >= 500) showOffline(true);
});

// The next page is there: it is read from its top, but for what is wrong, where components.js has put the focus.
document.addEventListener("htmx:after:swap", (event) => {
  const wrong = event.detail.ctx?.response?.status === 422;
  somebodyIsHere();
  if (!wrong) forgetWhatWasTyped();
  startSearches();
  if (!wrong) document.getElementById("main").focus({ preventScroll: true });
});
