// A page that the browser kept for Back or Forward may be another person's by now: nothing of it is seen again

export function whenPageWasKept(openAnew) {
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    document.documentElement.hidden = true;
    if (document.querySelector("[data-needs-no-network]")) return whereThereIsOne(openAnew);
    document.getElementById("main")?.replaceChildren(); // gone, though the network may be away
    openAnew();
  });
}

// In an evacuation the list of who is here is shown again with its ticks where nothing newer can be had.
function whereThereIsOne(openAnew) {
  fetch(location.pathname, { method: "HEAD", cache: "no-store" }).then(openAnew, () => {
    document.documentElement.hidden = false;
  });
}

// By its address, and not by reload(), which would send a form again.
export function openThisPageAnew() {
  location.replace(location.pathname + location.search);
}
