/* Shows beside a rule what it would have touched, while it is being written. The button does the
   same on a page of its own where there is no script. */
const PAUSE = 400; // milliseconds without typing
const preview = document.getElementById("rule-preview");
const button = document.getElementById("rule-ask");
let waiting = 0;
let latest = 0;

async function ask() {
  const turn = ++latest;
  const body = new FormData(button.form);
  try {
    const response = await fetch(button.formAction, { method: "POST", body, redirect: "error" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = page.getElementById("rule-preview");
    if (turn !== latest) return;
    if (!found) throw new Error(response.status);
    preview.replaceChildren(...found.childNodes);
    button.hidden = true;
  } catch {
    if (turn === latest) button.hidden = false;
  }
}

function written() {
  const named = ["feed", "words", "address", "tags", "section", "kind", "source_label"];
  return named.some((name) => button.form.elements[name]?.value);
}

if (button) {
  const wait = () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  };
  button.form.addEventListener("input", wait);
  // The choice of a feed is Django's, which only tells its own jQuery.
  window.django?.jQuery(button.form).on("change", wait);
  if (written()) ask();
}
