// GOV.UK Frontend's components, on the page and in every piece that htmx brings, and where the focus goes then

import { Button, ErrorSummary, SkipLink } from "govuk-frontend";

function setUp() {
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

// What was tapped or decided is another element now: who works with the keyboard goes on from it.
function focusWhatCame(element) {
  if (!element?.matches(".ox-tile, .ox-row") || document.activeElement !== document.body) return;
  if (element.matches(".ox-row")) element.tabIndex = -1;
  element.focus({ preventScroll: true });
}

export function startComponents() {
  setUp();
  document.addEventListener("htmx:after:swap", (event) => {
    setUp();
    const { ctx } = event.detail;
    focusWhatCame(document.getElementById(ctx.target?.id));
    if (ctx?.response?.status === 422) focusError(document.getElementById(ctx.target?.id));
  });
}
