// The reception tablet: a page that is left alone goes back to the start, and whom to visit is found by typing.

import "./site.js";

const START = "/visitors/sign-in";
const CLEAR_AFTER = 60_000; // ms without a touch or a key
const WARN_BEFORE = 20_000; // ms: what WCAG 2.2.1 gives people to say that they are still there
const TRY_AGAIN = 5_000; // ms, while the network is away
const MOST_FOUND = 8;

// Left alone

let touched = Date.now();
let clearing = false;

// Whoever stood here is gone from the screen at once; the start page comes as soon as there is a network.
async function startAgain() {
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

for (const kind of ["pointerdown", "keydown", "input", "wheel", "touchmove"]) {
  document.addEventListener(kind, () => (touched = Date.now()), { capture: true, passive: true });
}
document.addEventListener("click", look);
setInterval(look, 500);

// A page that the browser has kept for Back is somebody else's.
addEventListener("pageshow", (event) => {
  if (event.persisted) startAgain();
});

// A server that is there and cannot save is told like a network that is away: what was typed stays, and can be sent again.
document.addEventListener("htmx:response:error", (event) => {
  const failed = event.detail.ctx.response.status >= 500;
  if (failed) document.querySelector("[data-offline]").hidden = false;
});

// Whom to visit: the list stays in the form; typing narrows it down to a few names to touch

function plain(text) {
  return text.normalize("NFKD").replace(/[\p{M}'’‘`.]/gu, "").toLowerCase();
}

function found(people, typed) {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  const fits = (person) => words.every((word) => person.words.some((each) => each.startsWith(word)));
  return words.length ? people.filter(fits) : [];
}

let unknown = ""; // what was typed last and is no name, so that it is still there when the page says so

function makeInput(select, list) {
  const input = document.createElement("input");
  input.className = "govuk-input";
  input.classList.toggle("govuk-input--error", select.classList.contains("govuk-select--error"));
  const told = {
    ...{ id: select.id, type: "text", autocomplete: "off", autocapitalize: "words", spellcheck: "false" },
    ...{ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id },
    "aria-describedby": select.getAttribute("aria-describedby"),
  };
  for (const [name, value] of Object.entries(told)) input.setAttribute(name, value);
  input.value = select.value ? select.selectedOptions[0].text : unknown;
  return input;
}

function makeList(select) {
  const list = document.createElement("ul");
  list.id = `${select.id}-found`;
  list.className = "ox-found";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Names");
  list.hidden = true;
  return list;
}

function searchIn(box) {
  const select = box.querySelector("select");
  const people = [...select.options]
    .filter((option) => option.value)
    .map((option) => ({ value: option.value, name: option.text, words: plain(option.text).split(/\s+/) }));
  const list = makeList(select);
  const input = makeInput(select, list);
  const count = document.createElement("p");
  count.className = "govuk-visually-hidden";
  count.setAttribute("role", "status");
  select.id += "-choice";
  select.hidden = true;
  select.before(input, list, count);

  const active = () => list.querySelector('[aria-selected="true"]');

  function activate(item) {
    active()?.setAttribute("aria-selected", "false");
    item?.setAttribute("aria-selected", "true");
    if (item) input.setAttribute("aria-activedescendant", item.id);
    else input.removeAttribute("aria-activedescendant");
    item?.scrollIntoView({ block: "nearest" });
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(item) {
    select.value = item.dataset.value;
    input.value = item.textContent;
    unknown = "";
    count.textContent = `You visit ${item.textContent}.`;
    close();
  }

  function item(person, number) {
    const made = document.createElement("li");
    made.id = `${list.id}-${number}`;
    made.dataset.value = person.value;
    made.textContent = person.name;
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", "false");
    return made;
  }

  function show() {
    const all = found(people, input.value);
    const same = all.filter((person) => plain(person.name) === plain(input.value).trim());
    select.value = same.length === 1 ? same[0].value : "";
    unknown = select.value ? "" : input.value;
    list.replaceChildren(...all.slice(0, MOST_FOUND).map(item));
    list.hidden = all.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    input.removeAttribute("aria-activedescendant");
    const more = all.length > MOST_FOUND ? `The first ${MOST_FOUND} names. Type more letters.` : "";
    count.textContent = input.value.trim() ? more || `${all.length} names` : "";
  }

  input.addEventListener("input", show);
  input.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the field
  list.addEventListener("click", (event) => {
    const touchedItem = event.target.closest("li");
    if (touchedItem) choose(touchedItem);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (list.hidden) return;
    const items = [...list.children];
    const at = items.indexOf(active());
    if (event.key === "ArrowDown") activate(items[(at + 1) % items.length]);
    else if (event.key === "ArrowUp") activate(items.at(at < 1 ? -1 : at - 1));
    else if (event.key === "Enter") choose(active() ?? items[0]);
    else return;
    event.preventDefault();
  });
}

function startSearches() {
  document.querySelectorAll("[data-search]").forEach(searchIn);
}

startSearches();

// The next page is there: it is read from its top, but for what is wrong, where site.js has put the focus.
document.addEventListener("htmx:after:swap", (event) => {
  const wrong = event.detail.ctx?.response?.status === 422;
  touched = Date.now();
  if (!wrong) unknown = "";
  startSearches();
  if (!wrong) document.getElementById("main").focus({ preventScroll: true });
});
