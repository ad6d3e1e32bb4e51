// Forms: sent once, sent by a choice alone where that is all they ask, and the page printed by a button

const RESUBMIT_AFTER = 3000; // ms in which a second submit of the same form is an impatient click
const SETTLE = 500; // ms without a change, so that somebody choosing with the arrow keys is not cut off

const lastSubmit = new WeakMap();
let settling;

function holdBackSecondSubmit(event) {
  const form = event.target;
  if (!form.hasAttribute("data-prevent-double-submit")) return;
  if (event.timeStamp - (lastSubmit.get(form) ?? -RESUBMIT_AFTER) < RESUBMIT_AFTER) {
    event.preventDefault();
    event.stopImmediatePropagation();
  } else {
    lastSubmit.set(form, event.timeStamp);
  }
}

// Once htmx has brought a refusal, or nothing, the form may go again without waiting.
function letGoAgain(event) {
  const { ctx } = event.detail;
  if (!ctx.response?.raw.ok) lastSubmit.delete(ctx.sourceElement);
}

function submitOnChange(event) {
  const field = event.target;
  // A year being typed is a valid date at every key (0002, 0020, 0202): wait for one of our time.
  const halfTyped = field.type === "date" && field.value !== "" && field.value < "1900";
  if (!field.matches("[data-submit-on-change]") || halfTyped) return;
  clearTimeout(settling);
  settling = setTimeout(() => field.form?.requestSubmit(), SETTLE);
}

export function startForms() {
  document.addEventListener("submit", holdBackSecondSubmit, true); // on its way down, before htmx sees it
  document.addEventListener("htmx:finally:request", letGoAgain);
  document.addEventListener("change", submitOnChange);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
}
