/* The queue without reloads. Keys press the page's own buttons and links; without this script the
   same forms post and the page answers. */

import * as about from "./queue/about.js";
import { act, pending, undo } from "./queue/deeds.js";
import { awaited, begin, byId, current, editing, list, queue } from "./queue/rows.js";
import { reach, show, startEditing, step, stopEditing } from "./queue/rows.js";
import * as several from "./queue/several.js";
import { watch } from "./queue/watch.js";

const help = byId("queue-help");

function keysAct() {
  return localStorage.getItem("queue-keys") !== "off";
}

function press(event) {
  if (event.isComposing || help.open) return;
  const saves = event.key === "Enter" && (event.ctrlKey || event.metaKey);
  if (saves && editing() && event.target.form) return event.target.form.requestSubmit();
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (about.about()) return about.press(event);
  if (event.target.matches("textarea, select, input:not([type=checkbox])")) {
    if (event.key === "Escape") leave();
    return;
  }
  if (event.key === "Escape") return several.clear();
  if (keysAct()) type(event);
}

function type(event) {
  const page = awaited();
  // Typed faster than the network brings the next links: each key waits for its turn.
  if (page) return page.then(() => type(event));
  if ("jk".includes(event.key)) return step(event.key);
  if (event.repeat) return;
  if (event.key === "v") return several.toggle();
  if (several.press(event.key)) return event.preventDefault();
  const target = queue.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!target || target.closest("[inert], dialog")) return;
  event.preventDefault();
  if (target.matches("input, select")) return target.focus();
  target.click();
  if (target.form?.dataset.deed) reach();
}

function leave() {
  if (editing() && current) delete current.draft;
  stopEditing();
  reach();
}

queue.addEventListener("submit", (event) => {
  const { target, submitter } = event;
  const { deed } = target.dataset;
  if (!deed) return;
  event.preventDefault();
  const held = target.contains(document.activeElement);
  const body = new URLSearchParams(new FormData(target, submitter));
  if (deed === "several") return several.submit(body, submitter);
  if (deed === "undo") return undo(target, body);
  if (deed === "edit") delete current?.draft;
  act(target, body, "leaves" in target.dataset);
  if (deed === "edit") stopEditing();
  if (held && !document.activeElement.matches("button")) reach();
});

queue.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const tool = event.target.closest("[data-edit], #queue-tools [data-about], #queue-edit-close");
  if (!tool) return;
  event.preventDefault();
  if (tool.dataset.edit) startEditing(tool.dataset.edit);
  else if (tool.dataset.about) about.open(tool.href, tool.dataset.about);
  else leave();
});

list.addEventListener("click", (event) => {
  const row = event.target.closest(".queue-row");
  if (!row || event.target.closest(".queue-pick")) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
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
addEventListener("beforeunload", (event) => pending() && event.preventDefault());
// A page from the browser's memory shows links as they were: ask again.
addEventListener("pageshow", (event) => event.persisted && location.reload());

begin();
watch();
queue.dataset.live = "";
