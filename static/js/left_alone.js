// A page that is left alone goes back to the start

const START = "/visitors/sign-in";
const CLEAR_AFTER = 60_000; // ms without a touch or a key
const WARN_BEFORE = 20_000; // ms: what WCAG 2.2.1 gives people to say that they are still there
const TRY_AGAIN = 5_000; // ms, while the network is away

let touched = Date.now();
let clearing = false;

// Whoever stood here is gone from the screen at once; the start page comes as soon as there is a network.
export async function startAgain() {
  clearing = true;
  document.getElementById("main").replaceChildren();
  try {
    await fetch(START, { method: "HEAD", cache: "no-store" });
    location.replace(START);
  } catch {
    setTimeout(startAgain, TRY_AGAIN);
  }
}

function look() {
  const still = document.querySelector("[data-still]");
  const clears = document.querySelector("[data-clears]") && !clearing;
  const left = clears ? touched + CLEAR_AFTER - Date.now() : Infinity;
  still.hidden = left > WARN_BEFORE || left <= 0;
  if (!still.hidden) still.querySelector("[data-left]").textContent = Math.ceil(left / 1000);
  if (left <= 0) startAgain();
}

export function somebodyIsHere() {
  touched = Date.now();
}

export function clearWhenLeftAlone() {
  for (const kind of ["pointerdown", "keydown", "input", "wheel", "touchmove"]) {
    document.addEventListener(kind, somebodyIsHere, { capture: true, passive: true });
  }
  document.addEventListener("click", look);
  setInterval(look, 500);
}
