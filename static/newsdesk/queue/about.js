/* The page of one link in a dialog: what it may be merged with, what was done to it. */

import { act, stored } from "./deeds.js";
import { byId, current } from "./rows.js";

const dialog = byId("queue-about");
const body = byId("queue-about-body");
const PATIENCE = 20_000;

export const about = () => dialog.open;

export async function open(href, part) {
  byId("queue-about-title").textContent = current?.dataset.title ?? "";
  if (!dialog.open) {
    body.textContent = "Looking…";
    dialog.showModal();
  }
  try {
    // Before that the server would tell of the link as it was.
    await stored();
    const response = await fetch(href, {
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(PATIENCE),
    });
    const page = await response.json();
    byId("queue-about-title").textContent = page.title;
    body.innerHTML = page.html;
    reach(part);
  } catch {
    body.textContent = "The server could not be asked. Close this and try again.";
  }
}

function reach(part) {
  const target = part === "history" ? "#history" : ".queue-offer, [type=search]";
  body.querySelector(target)?.focus();
}

/* A digit picks the link to merge into, `/` looks for another. */
export function press(event) {
  const target = body.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!target || event.target.matches("input")) return;
  event.preventDefault();
  if (target.matches("input")) target.focus();
  else target.click();
}

dialog.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog") return;
  event.preventDefault();
  event.stopPropagation();
  const said = new URLSearchParams(new FormData(form, event.submitter));
  if (form.dataset.deed !== "merge") return open(`${form.action}?${said}`, "merge");
  dialog.close();
  act(form, said, true);
});

dialog.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-about]");
  if (!link) return;
  event.preventDefault();
  open(link.href, link.dataset.about);
});
