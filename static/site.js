// What the pages gain from scripts. Everything here is an extra: each page works without it.

import htmx from "htmx.org";
import { Button, ErrorSummary, SkipLink } from "govuk-frontend";

const RESUBMIT_AFTER = 3000; // ms in which a second submit of the same form is an impatient click
const SETTLE = 500; // ms without a change, so that somebody choosing with the arrow keys is not cut off

// htmx reads these when it starts on the page, which is after this file has run.
Object.assign(htmx.config, {
  history: "reload", // Back asks for the page afresh, never for an old state of somebody's queue
  defaultTimeout: 15000, // ms
  // What a morph leaves alone: an open disclosure stays open, a component that is set up is not set up twice.
  morphIgnore: ["data-htmx-powered", "data-govuk-", "open"],
});
document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== htmx.indicatorStyleSheet);

document.documentElement.classList.add("js-enabled");
document.body.classList.add("js-enabled", "govuk-frontend-supported");

// GOV.UK Frontend's components

function startComponents() {
  for (const Component of [Button, ErrorSummary, SkipLink]) {
    const name = Component.moduleName;
    const waiting = document.querySelectorAll(`[data-module="${name}"]:not([data-${name}-init])`);
    waiting.forEach((element) => new Component(element));
  }
}

// To the summary of what is wrong, or, in a row that has none, to the field.
function focusError(region) {
  const summary = document.querySelector(".govuk-error-summary");
  summary?.setAttribute("tabindex", "-1");
  (summary ?? region?.querySelector(".govuk-input--error, .govuk-textarea--error"))?.focus();
}

// A tile that was tapped is another element now: who works with the keyboard goes on from it.
function focusTile(tile) {
  if (tile?.matches(".ox-tile") && document.activeElement === document.body) tile.focus({ preventScroll: true });
}

startComponents();

document.addEventListener("htmx:after:swap", (event) => {
  startComponents();
  const { ctx } = event.detail;
  focusTile(document.getElementById(ctx.target?.id));
  if (ctx?.response?.status === 422) focusError(document.getElementById(ctx.target?.id));
});

// Polling: quiet while nobody looks or somebody types, and caught up at once when the tab comes back

function isPoll(ctx) {
  return ctx.sourceEvent?.type === "every";
}

function isTypingIn(region) {
  return document.activeElement?.matches("input, select, textarea") && region?.contains?.(document.activeElement);
}

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  if (isPoll(ctx) && (document.hidden || isTypingIn(ctx.target))) event.preventDefault();
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  document.querySelectorAll('[hx-trigger*="every "]').forEach((element) => htmx.trigger(element, "every", {}, false));
});

// "More" in the navigation: closed by Escape, and by a click or the focus going elsewhere

function closeMore(keep) {
  const open = document.querySelector("[data-more][open]");
  if (!open || (keep instanceof Node && open.contains(keep))) return null;
  open.open = false;
  return open;
}

document.addEventListener("click", (event) => closeMore(event.target));
document.addEventListener("focusin", (event) => closeMore(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMore()?.querySelector("summary").focus();
});

// Lessons that run: how long they still have, then by how much they are over

function countDown() {
  for (const element of document.querySelectorAll("[data-until]")) {
    const seconds = Math.round((new Date(element.dataset.until) - Date.now()) / 1000);
    const [left, over] = [Math.abs(seconds), seconds <= 0];
    const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    element.textContent = over ? `Over time by ${time}` : `${time} left`;
    element.closest(".ox-live__card")?.classList.toggle("ox-live--over", over);
  }
}

countDown();
setInterval(countDown, 1000);

// The server out of reach: said once, and taken back with the next answer

function showOffline(offline) {
  document.querySelectorAll("[data-offline]").forEach((element) => (element.hidden = !offline));
}

document.addEventListener("htmx:error", (event) => showOffline(Boolean(event.detail.ctx)));
document.addEventListener("htmx:after:request", () => showOffline(false));

// Forms

const lastSubmit = new WeakMap();

// Caught on its way down, before htmx sees it.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!form.hasAttribute("data-prevent-double-submit")) return;
    if (event.timeStamp - (lastSubmit.get(form) ?? -RESUBMIT_AFTER) < RESUBMIT_AFTER) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else {
      lastSubmit.set(form, event.timeStamp);
    }
  },
  true,
);

// Once htmx has brought a refusal, or nothing, the form may go again without waiting.
document.addEventListener("htmx:finally:request", (event) => {
  const { ctx } = event.detail;
  if (!ctx.response?.raw.ok) lastSubmit.delete(ctx.sourceElement);
});

let settling;

document.addEventListener("change", (event) => {
  const field = event.target;
  // A year being typed is a valid date at every key (0002, 0020, 0202): wait for one of our time.
  const halfTyped = field.type === "date" && field.value !== "" && field.value < "1900";
  if (!field.matches("[data-submit-on-change]") || halfTyped) return;
  clearTimeout(settling);
  settling = setTimeout(() => field.form?.requestSubmit(), SETTLE);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
