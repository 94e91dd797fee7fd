/* Deeds: seen at once, sent one after the other in the order they were done, however fast they
   were typed. A link whose deed failed comes back and says so. */

import { byId, current, known, put, queue, settle, show, startEditing, take } from "./rows.js";

const PATIENCE = 20_000; // milliseconds for one answer
const jobs = []; // deeds on their way, oldest first
const done = []; // deeds that undo takes back, newest last
let sending = false;
let working = Promise.resolve();

/* Resolves when all that was done so far is stored. */
export const stored = () => working;
export const pending = () => jobs.length;
export const waitsFor = (row, but) => jobs.some((job) => job !== but && job.rows.includes(row));

export function act(form, body, leaves, rows = current ? [current] : []) {
  if (!rows.length) return;
  const job = { url: form.action, body, rows, leaves };
  if (form.dataset.deed === "edit") job.draft = Object.fromEntries(body);
  done.push(job);
  for (const row of rows) {
    row.classList.remove("is-returned");
    delete row.later;
    if (leaves) take(row);
  }
  send(job);
}

export function undo(form, body) {
  const undoes = done.pop();
  for (const row of undoes?.rows ?? []) put(row);
  if (undoes) show(undoes.rows[0]);
  send({ url: form.action, body, rows: undoes?.rows ?? [], undoes });
}

function send(job) {
  jobs.push(job);
  tell();
  if (!sending) working = work();
}

async function work() {
  sending = true;
  for (; jobs.length; jobs.shift(), tell()) {
    // What never happened needs no undoing.
    if (!jobs[0].undoes?.failed) hear(jobs[0], await post(jobs[0]));
  }
  sending = false;
}

/* Versions are those of the moment of sending: an earlier deed may have just changed them. */
function address({ body, rows }) {
  if (body.has("pick")) {
    body.delete("pick");
    for (const { dataset } of rows) body.append("pick", `${dataset.link}:${dataset.version}`);
  } else if (rows.length) {
    body.set("link", rows[0].dataset.link);
    body.set("version", rows[0].dataset.version);
  }
}

async function post(job) {
  address(job);
  try {
    const response = await fetch(job.url, {
      method: "POST",
      body: job.body,
      headers: { Accept: "application/json" },
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (response.type === "opaqueredirect") return { lost: "You are logged out. Log in and reload." };
    if (!response.headers.get("Content-Type")?.includes("json")) {
      return { lost: `The server refused (${response.status}). Reload the page.` };
    }
    return { ...(await response.json()), refused: !response.ok };
  } catch {
    return { lost: "The server could not be reached." };
  }
}

function hear(job, answer) {
  if (answer.lost) return fail(job, answer);
  count(answer.counts);
  // In another tab something newer was done: that was undone, and not what we thought.
  const ours = answer.links.some(({ link }) => job.rows.includes(known.get(String(link))));
  const unexpected = job.undoes && !ours;
  if (unexpected) redo(job);
  for (const link of answer.links) {
    // A later deed on it is already on its way, and will say what it is then.
    if (waitsFor(known.get(String(link.link)), job)) version(link);
    else settle(link);
  }
  if (!job.rows.length || unexpected) showFirst(answer.links);
  if (!answer.refused) return say(answer.said);
  forget(job);
  complain(answer.said);
}

function version({ link, version }) {
  if (version !== null) known.get(String(link)).dataset.version = version;
}

function showFirst(links) {
  const row = links.map(({ link }) => known.get(String(link))).find((row) => row?.isConnected);
  if (row) show(row);
}

function redo(job) {
  done.push(job.undoes);
  for (const row of job.rows) if (job.undoes.leaves && !waitsFor(row, job)) take(row);
  job.rows = [];
}

/* No answer: as if it had not been done. */
function fail(job, answer) {
  forget(job);
  const [row] = job.rows;
  const which = job.rows.length > 1 ? `${job.rows.length} links stay as they were. ` : "";
  complain((row && !which ? `“${row.dataset.title}” stays as it was. ` : which) + answer.lost);
  if (job.undoes) return redo(job);
  for (const each of job.rows.filter((each) => !waitsFor(each, job))) {
    put(each);
    each.classList.add("is-returned");
  }
}

function forget(job) {
  job.failed = true;
  if (done.includes(job)) done.splice(done.indexOf(job), 1);
  if (!job.draft) return;
  // What was written is not lost: it stands in the form again.
  const { title, blurb, note } = job.draft;
  job.rows[0].draft = { title, blurb, note };
  if (job.rows[0] === current) startEditing("title");
}

/* What is said of it. */

export function count(counts) {
  for (const [shelf, number] of Object.entries(counts)) {
    const shown = queue.querySelector(`[data-count="${shelf}"]`);
    if (shown) shown.textContent = number;
  }
}

export function say(text) {
  byId("queue-status").textContent = text;
}

function tell() {
  byId("queue-saving").textContent = jobs.length > 1 ? `Saving ${jobs.length}…` : "";
}

function complain(text) {
  const item = document.createElement("p");
  const button = document.createElement("button");
  button.className = "queue-button";
  button.textContent = "Close";
  button.addEventListener("click", () => item.remove());
  item.append(text, button);
  byId("queue-errors").append(item);
}
