// The server out of reach: said once, and taken back with the next answer

export function showOffline(offline) {
  document.querySelectorAll("[data-offline]").forEach((element) => (element.hidden = !offline));
}

export function sayWhenOffline() {
  document.addEventListener("htmx:error", (event) => showOffline(Boolean(event.detail.ctx)));
  document.addEventListener("htmx:after:request", () => showOffline(false));
}
