// Polling: quiet while nobody looks or somebody types, and caught up at once when the tab comes back

import htmx from "htmx.org";

function isPoll(ctx) {
  return ctx.sourceEvent?.type === "every";
}

function isTypingIn(region) {
  return document.activeElement?.matches("input, select, textarea") && region?.contains?.(document.activeElement);
}

function catchUp() {
  if (document.hidden) return;
  document.querySelectorAll('[hx-trigger*="every "]').forEach((element) => htmx.trigger(element, "every", {}, false));
}

export function startPolling() {
  document.addEventListener("htmx:config:request", (event) => {
    const { ctx } = event.detail;
    if (isPoll(ctx) && (document.hidden || isTypingIn(ctx.target))) event.preventDefault();
  });
  document.addEventListener("visibilitychange", catchUp);
}
