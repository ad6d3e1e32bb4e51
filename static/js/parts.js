// What every page gains from scripts. Everything here is an extra: each page works without it.

import htmx from "htmx.org";

import { showHowLongLessonsRun } from "./activities.js";
import { startComponents } from "./components.js";
import { startForms } from "./forms.js";
import { startNavigation } from "./navigation.js";
import { sayWhenOffline } from "./offline.js";
import { startPolling } from "./polling.js";
import { start } from "./start.js";

// htmx reads these when it starts on the page, which is after this file has run.
Object.assign(htmx.config, {
  history: "reload", // Back asks for the page afresh, never for an old state of somebody's queue
  defaultTimeout: 15000, // ms
  // What a morph leaves alone: an open disclosure stays open, a component that is set up is not set up twice.
  morphIgnore: ["data-htmx-powered", "data-govuk-", "open"],
});

// Before Safari 16.4 there are none, and htmx has added none either.
function dropStylesOfHtmx() {
  document.adoptedStyleSheets = document.adoptedStyleSheets?.filter((sheet) => sheet !== htmx.indicatorStyleSheet);
}

function tellStyles() {
  document.documentElement.classList.add("js-enabled");
  document.body.classList.add("js-enabled", "govuk-frontend-supported");
}

start("styles for scripts", tellStyles);
start("htmx's styles", dropStylesOfHtmx);
start("components", startComponents);
start("polling", startPolling);
start("navigation", startNavigation);
start("lessons", showHowLongLessonsRun);
start("offline", sayWhenOffline);
start("forms", startForms);
