/* What others do shows within seconds, while the page is looked at. Of the link in focus it is
   only said: it must not be exchanged for another one under a finger on its way to a key. */

import { count, say, waitsFor } from "./deeds.js";
import { byId, current, editing, known, queue, settle, within } from "./rows.js";

const EVERY = 3_000; // milliseconds from one look to the next
const AFTER_TROUBLE = 30_000;
const PATIENCE = 20_000;
let since = queue.dataset.now;
let timer = null;

async function look() {
  timer = null;
  if (document.hidden) return; // looked at again, it goes on
  timer = setTimeout(look, (await ask()) ? EVERY : AFTER_TROUBLE);
}

async function ask() {
  try {
    const query = `${queue.dataset.here}&since=${encodeURIComponent(since)}`;
    const response = await fetch(`${queue.dataset.changes}?${query}`, {
      headers: { Accept: "application/json" },
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (!response.ok) return false;
    hear(await response.json());
    return true;
  } catch {
    return false;
  }
}

function hear(answer) {
  since = answer.now;
  if (answer.counts) count(answer.counts);
  if (answer.many) byId("queue-fresh").hidden = false;
  for (const change of answer.links ?? []) adapt(change, answer.said);
  if (answer.said) say(answer.said);
}

function adapt(change, said) {
  const row = known.get(String(change.link));
  if (!row) {
    if (change.row && within(change.row)) settle(change);
    return;
  }
  const seen = Number(row.dataset.version);
  // Ours on its way, or already here: a look goes back a little, and may say a thing twice.
  if (waitsFor(row) || change.version < seen) return;
  if (change.version === seen && row.isConnected === Boolean(change.row)) return;
  if (row === current && (!change.row || editing())) {
    row.later = change;
    byId("queue-elsewhere")?.remove();
    byId("queue-body").before(notice(said || "This link has changed elsewhere."));
    return;
  }
  settle(change);
}

function notice(text) {
  const note = document.createElement("p");
  note.id = "queue-elsewhere";
  note.className = "queue-elsewhere";
  note.textContent = text;
  return note;
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && timer === null) look();
});

export function watch() {
  timer = setTimeout(look, EVERY);
}
