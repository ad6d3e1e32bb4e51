// "More" in the navigation: closed by Escape, and by a click or the focus going elsewhere

function closeMore(keep) {
  const open = document.querySelector("[data-more][open]");
  if (!open || (keep instanceof Node && open.contains(keep))) return null;
  open.open = false;
  return open;
}

export function startNavigation() {
  document.addEventListener("click", (event) => closeMore(event.target));
  document.addEventListener("focusin", (event) => closeMore(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMore()?.querySelector("summary").focus();
  });
}
