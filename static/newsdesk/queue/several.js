/* Selected links: the keys that sort one link sort all of them. */

import { act } from "./deeds.js";
import { byId, current, list } from "./rows.js";

const form = byId("queue-several");

export const selected = () => [...list.querySelectorAll("[name=pick]:checked")];

export function toggle() {
  const box = current?.querySelector("[name=pick]");
  if (!box) return;
  box.checked = !box.checked;
  tell();
}

export function clear() {
  for (const box of selected()) box.checked = false;
  tell();
}

/* Answers whether the key meant the selected links. */
export function press(key) {
  if (!selected().length) return false;
  const section = form.elements.section;
  if (/[1-9]/.test(key)) {
    if (!section.options[key]) return true;
    section.selectedIndex = Number(key);
  }
  const target = form.querySelector(`[data-many-key="${CSS.escape(/[1-9]/.test(key) ? "s" : key)}"]`);
  if (!target) return false;
  if (target === section) section.focus();
  else target.click();
  return true;
}

export function submit(body, submitter) {
  const rows = selected().map((box) => box.closest(".queue-row"));
  act(form, body, "leaves" in submitter.dataset, rows);
  clear();
  form.reset();
}

function tell() {
  const number = selected().length;
  byId("queue-several-count").textContent = number ? `${number} selected` : "";
}

list.addEventListener("change", (event) => event.target.matches("[name=pick]") && tell());
form.addEventListener("reset", () => setTimeout(clear));
