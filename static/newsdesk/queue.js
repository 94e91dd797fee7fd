/* The queue without reloads. Keys press the page's own buttons and links. Deeds leave the page one
   after the other, in the order they were done, however fast they were typed; a link whose deed
   failed comes back and says so. Without this script the same forms post and the page answers. */

const byId = (id) => document.getElementById(id);
const queue = byId("queue");
const list = byId("queue-list");
const older = byId("queue-older");
const help = byId("queue-help");
const LOW = 15; // links left when the next page is asked for
const PATIENCE = 20_000; // milliseconds for one answer

const known = new Map(); // pk → its <li>, in the list or out of it
const jobs = []; // deeds on their way, oldest first
const done = []; // deeds that undo takes back, newest last
let current = null;
let first = 0;
let last = 0;
let sending = false;
let loading = false;

/* Rows: each keeps its rank, so that it comes back to where it was. */

function adopt(row, rank) {
  row.rank = rank;
  known.set(row.dataset.link, row);
  return row;
}

function parse(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return holder.content.firstElementChild;
}

function put(row) {
  if (!row.isConnected) {
    list.insertBefore(row, [...list.children].find((other) => other.rank > row.rank) ?? null);
  }
  if (!current) show(row);
}

function take(row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  if (row === current) show(next);
  more();
}

function renew(row, html) {
  const fresh = parse(html);
  const held = row.contains(document.activeElement);
  Object.assign(row.dataset, fresh.dataset);
  row.replaceChildren(...fresh.childNodes);
  if (row === current) draw();
  if (held) row.querySelector("a").focus({ preventScroll: true });
}

/* The link in focus. */

function show(row) {
  current?.querySelector("a").removeAttribute("aria-current");
  current = row;
  queue.toggleAttribute("data-empty", !row && older.hidden);
  for (const form of queue.querySelectorAll("#queue-actions form")) form.reset();
  draw();
}

function draw() {
  const body = byId("queue-body");
  body.scrollTop = 0;
  byId("queue-actions").inert = !current;
  if (!current) return body.replaceChildren();
  const { section, sectionTitle } = current.dataset;
  current.querySelector("a").setAttribute("aria-current", "true");
  body.replaceChildren(current.querySelector("template").content.cloneNode(true));
  byId("queue-section").value = section;
  for (const button of queue.querySelectorAll("fieldset button")) {
    button.classList.toggle("is-suggested", button.value === section);
  }
  const suggested = byId("queue-suggested");
  if (!suggested) return;
  suggested.value = section;
  suggested.querySelector("span").textContent =
    "Shortlist" + (section ? ` for ${sectionTitle}` : ", section later");
}

function reach() {
  if (!current) return;
  current.querySelector("a").focus({ preventScroll: true });
  current.scrollIntoView({ block: "nearest" });
}

/* Deeds: seen at once, sent in order. */

function act(form, body) {
  if (!current) return;
  const job = { url: form.action, body, row: current, leaves: "leaves" in form.dataset };
  done.push(job);
  current.classList.remove("is-returned");
  if (job.leaves) take(current);
  send(job);
}

function undo(form, body) {
  const undoes = done.pop();
  if (undoes) {
    put(undoes.row);
    show(undoes.row);
  }
  send({ url: form.action, body, row: undoes?.row, undoes });
}

function send(job) {
  jobs.push(job);
  tell();
  if (!sending) work();
}

async function work() {
  sending = true;
  for (; jobs.length; jobs.shift(), tell()) {
    // What never happened needs no undoing.
    if (!jobs[0].undoes?.failed) settle(jobs[0], await post(jobs[0]));
  }
  sending = false;
}

async function post({ url, body, row }) {
  if (row) {
    body.set("link", row.dataset.link);
    body.set("version", row.dataset.version);
  }
  try {
    const response = await fetch(url, {
      method: "POST",
      body,
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

function settle(job, answer) {
  if (answer.lost) return fail(job, answer);
  for (const [shelf, number] of Object.entries(answer.counts)) {
    queue.querySelector(`[data-count="${shelf}"]`).textContent = number;
  }
  // In another tab something newer was done: that was undone, and not what we thought.
  if (job.undoes && job.row.dataset.link !== String(answer.link)) redo(job);
  const row = place(job.row ?? known.get(String(answer.link)), answer.row, waitsFor(job));
  if (!job.row && row?.isConnected) show(row);
  if (!answer.refused) {
    byId("queue-status").textContent = answer.said;
    return;
  }
  forget(job);
  complain(answer.said);
}

function redo(job) {
  done.push(job.undoes);
  if (job.undoes.leaves && !waitsFor(job)) take(job.row);
  job.row = undefined;
}

/* What the server says about a row counts, unless a later deed on it is already on its way. */
function place(row, html, waiting) {
  if (html && !row) row = adopt(parse(html), --first);
  else if (html) renew(row, html);
  if (!row || waiting) return row;
  if (html) put(row);
  else if (row.isConnected) take(row);
  return row;
}

function waitsFor(job) {
  return jobs.some((later) => later !== job && later.row && later.row === job.row);
}

/* No answer: as if it had not been done. */
function fail(job, answer) {
  forget(job);
  const title = job.row ? `“${job.row.dataset.title}” stays as it was. ` : "";
  complain(title + answer.lost);
  if (job.undoes) return redo(job);
  if (!job.row || waitsFor(job)) return;
  put(job.row);
  job.row.classList.add("is-returned");
}

function forget(job) {
  job.failed = true;
  if (done.includes(job)) done.splice(done.indexOf(job), 1);
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

/* The next pages come by themselves when the list runs low. */
async function more() {
  if (loading) return;
  loading = true;
  while (!older.hidden && list.children.length <= LOW && (await fetchOlder()));
  loading = false;
}

async function fetchOlder() {
  try {
    const response = await fetch(older.href, {
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(PATIENCE),
    });
    const page = await response.json();
    older.hidden = !page.older;
    older.href = `?${page.older}`;
    for (const row of page.rows.map(parse)) {
      if (!known.has(row.dataset.link)) put(adopt(row, ++last));
    }
    if (!current) show(list.firstElementChild);
    return true;
  } catch {
    return false; // The link to older ones stays, to be followed by hand.
  }
}

/* Keys. */

function keysAct() {
  return localStorage.getItem("queue-keys") !== "off";
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help.open) return;
  if (event.target.closest("input, select, textarea")) {
    if (event.key === "Escape") reach();
    return;
  }
  if (!keysAct()) return;
  const step = { j: "nextElementSibling", k: "previousElementSibling" }[event.key];
  if (step) {
    if (current?.[step]) show(current[step]);
    return reach();
  }
  const target = queue.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!target || event.repeat || target.closest("[inert]")) return;
  event.preventDefault();
  if (target.matches("input, select")) return target.focus();
  target.click();
  if (target.form?.dataset.deed) reach();
}

queue.addEventListener("submit", (event) => {
  const { deed } = event.target.dataset;
  if (!deed) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(event.target, event.submitter));
  (deed === "undo" ? undo : act)(event.target, body);
  if (document.activeElement.matches("#queue-actions input, #queue-actions select")) reach();
});

list.addEventListener("click", (event) => {
  const row = event.target.closest(".queue-row");
  if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(row);
  if (matchMedia("(max-width: 900px)").matches) byId("queue-body").scrollIntoView({ block: "center" });
});

queue.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});
byId("queue-keys").checked = keysAct();
byId("queue-keys").addEventListener("change", (event) => {
  localStorage.setItem("queue-keys", event.target.checked ? "on" : "off");
});
byId("queue-help-open").hidden = false;
byId("queue-help-open").addEventListener("click", () => help.showModal());
document.addEventListener("keydown", press);
addEventListener("beforeunload", (event) => jobs.length && event.preventDefault());
// A page from the browser's memory shows links as they were: ask again.
addEventListener("pageshow", (event) => event.persisted && location.reload());

for (const row of list.children) adopt(row, ++last);
current = list.querySelector("[aria-current]")?.closest(".queue-row") ?? null;
queue.dataset.live = "";
more();
