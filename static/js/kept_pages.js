// A page that the browser kept for Back or Forward may be another person's by now: nothing of it is seen again

export function whenPageWasKept(openAnew) {
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    document.getElementById("main")?.replaceChildren(); // gone, though the network may be away
    document.documentElement.hidden = true;
    openAnew();
  });
}

// By its address, and not by reload(), which would send a form again.
export function openThisPageAnew() {
  location.replace(location.pathname + location.search);
}
