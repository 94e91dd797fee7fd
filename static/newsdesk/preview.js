/* The preview beside the desk: the form as it stands goes to the server, which draws it and stores
   nothing. Without this file "Save and preview" shows the same. */

import { whenReady } from "newsdesk/rows"

const pane = document.getElementById("desk-preview")
const form = document.getElementById("issue_form")
const PAUSE = 500 // milliseconds without a keystroke
const find = (selector) => pane.querySelector(selector)
let timer, asking

/* What a save would post. Files stay here: they go up once, with the save. Without them it is one
   line, which the server reads in a tenth of the time. */
function typed() {
  const data = new FormData(form)
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name)
  return new URLSearchParams(data)
}

async function ask() {
  asking?.abort()
  asking = new AbortController()
  const { signal } = asking
  find("#preview-said").textContent = "Drawing…"
  const url = pane.dataset.url.replace("PART", find("#preview-part").value)
  try {
    const answer = await fetch(url, { method: "POST", body: typed(), signal })
    if (!answer.ok || answer.redirected) throw new Error(answer.status)
    show(await answer.json())
  } catch (error) {
    if (signal.aborted) return
    find("#preview-said").textContent =
      "It could not be drawn: the server did not answer as it should. Save, or reload in another tab."
  }
}

function show(answer) {
  const frame = find("iframe")
  if (frame.srcdoc !== answer.html) frame.srcdoc = answer.html
  const meter = find("meter")
  meter.max = answer.largest
  meter.low = meter.high = answer.large
  meter.value = answer.size
  find(".preview-size span").textContent =
    `${Math.round(answer.size / 1024)} of the ${answer.largest / 1024} KB that Gmail shows`
  find("#preview-said").textContent = "As it stands, saved or not."
  mark(answer.notes)
}

/* Each note at its block, and all of them above the preview; a click leads to the block. */
function mark(notes) {
  for (const old of document.querySelectorAll(".desk-note")) old.remove()
  find(".preview-findings").replaceChildren(...notes.map(listed))
  for (const note of notes) {
    const row = note.row && document.getElementById(note.row)
    if (!row) continue
    const said = document.createElement("p")
    said.className = `desk-note ${note.level}`
    said.textContent = note.text
    ;(row.querySelector(":scope > h3") ?? row.firstElementChild)?.after(said)
  }
  document.dispatchEvent(new CustomEvent("newsdesk:noted"))
}

function listed(note) {
  const item = document.createElement("li")
  item.className = note.level
  const row = note.row && document.getElementById(note.row)
  const words = document.createElement(row ? "button" : "span")
  words.textContent = note.text
  if (row) {
    words.type = "button"
    words.addEventListener("click", () => reveal(row))
  }
  item.append(words)
  return item
}

function reveal(row) {
  document.querySelector(`.tabs.regions [data-region="${row.dataset.region}"]`)?.click()
  row.classList.remove("collapsed")
  row.scrollIntoView({ block: "center" })
  row.querySelector("input:not([type=hidden]), textarea, select")?.focus({ preventScroll: true })
}

/* The frame is as wide as the reader's window, made smaller where the pane is narrower. */
function fit() {
  const frame = find("iframe")
  const holder = find(".preview-holder")
  const width = Number(find("#preview-width").value)
  const scale = Math.min(1, holder.clientWidth / width)
  frame.style.width = `${width}px`
  frame.style.height = `${holder.clientHeight / scale}px`
  frame.style.transform = `scale(${scale})`
  frame.style.colorScheme = find("#preview-scheme").value
}

function soon() {
  clearTimeout(timer)
  if (!pane.hidden) timer = setTimeout(ask, PAUSE)
}

/* One of the two stands beside the issue; the choice is kept for the next page. */
function choose(button) {
  for (const other of document.querySelectorAll(".desk-switch button")) {
    const chosen = other === button
    other.setAttribute("aria-pressed", chosen)
    document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen
  }
  document.getElementById("content").classList.toggle("previewing", !pane.hidden)
  sessionStorage.setItem("newsdesk:beside", button.getAttribute("aria-controls"))
  if (pane.hidden) return
  fit()
  ask()
}

function start() {
  const group = document.querySelector(".desk-switch")
  group.hidden = false
  group.addEventListener("click", (event) => {
    const button = event.target.closest("button")
    if (button) choose(button)
  })
  find("#preview-part").addEventListener("change", ask)
  for (const name of ["width", "scheme"]) find(`#preview-${name}`).addEventListener("change", fit)
  for (const type of ["input", "change", "dragend"]) form.addEventListener(type, soon)
  for (const type of ["formset:added", "formset:removed", "newsdesk:moved"])
    document.addEventListener(type, soon)
  new ResizeObserver(fit).observe(find(".preview-holder"))
  const last = sessionStorage.getItem("newsdesk:beside")
  const button = last === "desk-preview" && group.querySelector(`[aria-controls="${last}"]`)
  if (button) choose(button)
}

if (pane && form) whenReady(start)
