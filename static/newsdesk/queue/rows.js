/* The list, and the one link of it in focus. Rows stand by their place, the number the server
   orders them by, so that each comes back to where it was. */

export const byId = (id) => document.getElementById(id);
export const queue = byId("queue");
export const list = byId("queue-list");
export const known = new Map(); // pk → its <li>, in the list or out of it
export let current = null;

const older = byId("queue-older");
const body = byId("queue-body");
const edit = byId("queue-edit");
const LOW = 15; // links left when the next page is asked for
const PATIENCE = 20_000; // milliseconds for one answer
let arriving = null; // the promise of the next page, while it is on its way

function parse(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return holder.content.firstElementChild;
}

function adopt(row) {
  known.set(row.dataset.link, row);
  return row;
}

function follows(row, other) {
  const [mine, theirs] = [Number(row.dataset.place), Number(other.dataset.place)];
  return mine < theirs || (mine === theirs && Number(row.dataset.link) < Number(other.dataset.link));
}

export function put(row) {
  if (!row.isConnected) {
    list.insertBefore(row, [...list.children].find((other) => follows(other, row)) ?? null);
  }
  if (!current) show(row);
}

export function take(row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  row.querySelector("[name=pick]").checked = false;
  if (row === current) show(next);
  more();
}

function renew(row, html) {
  const fresh = parse(html);
  const held = row.contains(document.activeElement);
  fresh.querySelector("[name=pick]").checked = row.querySelector("[name=pick]").checked;
  Object.assign(row.dataset, fresh.dataset);
  row.replaceChildren(...fresh.childNodes);
  if (row === current) draw();
  if (held) row.querySelector("a").focus({ preventScroll: true });
}

/* What the server says a link is now: on this shelf with that row, or gone from it. */
export function settle({ link, version, row: html }) {
  let row = known.get(String(link));
  if (row && version !== null) row.dataset.version = version;
  if (html && row) renew(row, html);
  else if (html) row = adopt(parse(html));
  if (html) put(row);
  else if (row?.isConnected) take(row);
  return row;
}

/* The link in focus. */

export function show(row) {
  const left = current;
  current?.querySelector("a").removeAttribute("aria-current");
  current = row;
  queue.toggleAttribute("data-empty", !row && older.hidden);
  for (const form of queue.querySelectorAll("#queue-actions form")) form.reset();
  stopEditing();
  byId("queue-elsewhere")?.remove();
  draw();
  // What somebody else did to a link while it was in focus shows when the focus leaves it.
  if (left?.later) {
    const change = left.later;
    delete left.later;
    settle(change);
  }
}

function draw() {
  body.scrollTop = 0;
  byId("queue-actions").inert = !current;
  if (!current) return body.replaceChildren();
  const { link, section, sectionTitle } = current.dataset;
  current.querySelector("a").setAttribute("aria-current", "true");
  body.replaceChildren(current.querySelector("template").content.cloneNode(true));
  for (const about of byId("queue-tools").querySelectorAll("[data-about]")) {
    about.href = about.href.replace(/\/\d+\/(?=[?#])/, `/${link}/`);
  }
  byId("queue-section").value = section;
  for (const button of queue.querySelectorAll("#queue-shortlist fieldset button")) {
    button.classList.toggle("is-suggested", button.value === section);
  }
  const suggested = byId("queue-suggested");
  if (!suggested) return;
  suggested.value = section;
  suggested.querySelector("span").textContent =
    "Shortlist" + (section ? ` for ${sectionTitle}` : ", section later");
}

export function reach() {
  if (!current) return;
  current.querySelector("a").focus({ preventScroll: true });
  current.scrollIntoView({ block: "nearest" });
}

export function step(direction) {
  const next = direction === "j" ? current?.nextElementSibling : current?.previousElementSibling;
  if (next) show(next);
  reach();
}

/* Editing in place: the form takes the room of what it edits. */

export const editing = () => !edit.hidden;

export function startEditing(field) {
  if (!current) return;
  const { title, blurb, note } = current.dataset;
  const written = current.draft ?? { title, blurb, note };
  for (const [name, text] of Object.entries(written)) edit.elements[name].value = text;
  edit.hidden = false;
  body.hidden = true;
  edit.elements[field].focus();
}

export function stopEditing() {
  edit.hidden = true;
  body.hidden = false;
}

/* The next pages come by themselves when the list runs low. */

const low = () => !older.hidden && list.children.length <= LOW;

export function more() {
  if (arriving || !low()) return;
  arriving = fill().finally(() => (arriving = null));
}

async function fill() {
  while (low() && (await fetchOlder()));
}

/* The page that brings the next link into focus, where the list ran empty before it came. */
export const awaited = () => (current ? null : arriving);

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
      if (!known.has(row.dataset.link)) put(adopt(row));
    }
    if (!current) show(list.firstElementChild);
    return true;
  } catch {
    return false; // The link to older ones stays, to be followed by hand.
  }
}

/* Whether a link of this row would stand among those that were loaded. */
export function within(html) {
  const last = list.lastElementChild;
  return older.hidden || (last && follows(last, parse(html)));
}

export function begin() {
  for (const row of list.children) adopt(row);
  current = list.querySelector("[aria-current]")?.closest(".queue-row") ?? null;
  more();
}
