// Whom to visit: the list stays in the form; typing narrows it down to a few names to touch

const MOST_FOUND = 8;

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

export function startSearches() {
  document.querySelectorAll("[data-search]").forEach(searchIn);
}

export function forgetWhatWasTyped() {
  unknown = "";
}
