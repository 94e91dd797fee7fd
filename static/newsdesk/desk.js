/* The desk: a click in the shortlist makes a block of the link in the form that is open, behind
   the block one works at. Without this file the same click posts the panel's form, and the server
   places the link. */

import { addRow, all, fill, move, openSection, putBeside, rowsOf, whenReady } from "newsdesk/rows"

const panel = document.getElementById("desk-panel")
const data = JSON.parse(document.getElementById("desk-data")?.textContent ?? "null")
const OFFERED = "li:not([hidden]) button:enabled"
let current = null // the block one works at
let dragged = null // the offer under the mouse

/* Links that stand in the form, saved or not. The empty forms have no number. */
function standing() {
  return new Set(all('.order-machine input[name$="-link"]').map((input) => input.value))
}

/* Show what is still to be placed and matches the words typed. While the mouse is in the list, what
   it took keeps its place: the next row would slide under a second click. */
function refresh({ holding = false } = {}) {
  const taken = standing()
  const words = panel.querySelector("#desk-search").value.toLowerCase().split(/\s+/)
  let waiting = 0
  for (const item of all("li", panel)) {
    const button = item.querySelector("button")
    const free = !taken.has(button.value)
    const text = item.textContent.toLowerCase()
    button.disabled = !free
    item.hidden ||= !free && !holding
    if (free) item.hidden = !words.every((word) => text.includes(word))
    waiting += free && Boolean(item.closest(".desk-offers"))
  }
  for (const count of all(".desk-count")) count.textContent = waiting
  panel.querySelector(".desk-empty").hidden = waiting > 0
}

const pluginFor = (offer, key) =>
  window.ContentEditor.plugins.find((one) => one.model === (offer.model ?? data.takers[key]))
const takes = (offer, key) => Boolean(pluginFor(offer, key)?.regions?.includes(key))

/* The section asked for: the one open, the suggested one, or one by name. */
function sectionFor(offer) {
  const chosen = panel.querySelector("#desk-section").value
  const wanted = chosen === "open" ? window.ContentEditor.currentRegion : chosen
  return takes(offer, wanted) ? wanted : offer.region
}

/* Make the block, behind the one one works at where that stands in the same section. */
function insert(offer, key, beside = current, after = true) {
  const row = addRow(pluginFor(offer, key).prefix, key)
  fill(row, offer.fields)
  row.querySelector("h3 .inline_label").textContent = offer.title
  if (beside?.isConnected && beside !== row && beside.dataset.region === key)
    putBeside(row, beside, after)
  current = row
  refresh({ holding: panel.matches(":hover") })
  say(`Inserted into ${window.ContentEditor.regionsByKey[key].title}. Not saved yet.`)
  return row
}

function say(text) {
  document.getElementById("desk-said").textContent = text
}

function onInsert(event) {
  event.preventDefault()
  const offer = data.offers[event.submitter?.value]
  if (!offer) return
  const key = sectionFor(offer)
  if (!key) return say("No section of this issue takes it: add one first.")
  const shown = all(OFFERED, panel)
  const at = shown.indexOf(event.submitter)
  const next = offer.model ? event.submitter : (shown[at + 1] ?? shown[at - 1])
  insert(offer, key).scrollIntoView({ block: "nearest" })
  next?.focus({ preventScroll: true })
}

/* Enter inserts the first link that matches, and the next can be typed at once. */
function onSearchKey(event) {
  if (event.key !== "Enter") return
  event.preventDefault()
  panel.querySelector(OFFERED)?.click()
  event.target.value = ""
  refresh()
  event.target.focus({ preventScroll: true })
}

/* The second click of a double click takes nothing more. */
function watchClicks() {
  panel.addEventListener("click", (event) => {
    if (event.detail > 1 && event.target.closest("li")) event.preventDefault()
  })
  panel.addEventListener("mouseleave", () => refresh())
}

/* An offer can be dragged to where it is to stand in the section that is open. */
function watchDragging(machine) {
  for (const item of all("li", panel)) item.draggable = true
  panel.addEventListener("dragstart", (event) => {
    dragged = data.offers[event.target.querySelector?.("button")?.value] ?? null
    event.dataTransfer.effectAllowed = "copy"
  })
  panel.addEventListener("dragend", () => {
    dragged = null
    for (const row of all(".fs-dragover")) row.classList.remove("fs-dragover")
  })
  machine.addEventListener("dragover", (event) => {
    if (!dragged || !takes(dragged, window.ContentEditor.currentRegion)) return
    event.preventDefault()
    for (const row of all(".fs-dragover")) row.classList.remove("fs-dragover")
    const over = event.target.closest(".inline-related")
    over?.classList.add("fs-dragover")
    over?.classList.toggle("fs-dragover--after", isBelow(event, over))
  })
  machine.addEventListener("drop", (event) => {
    if (!dragged) return
    event.preventDefault()
    const over = event.target.closest(".inline-related")
    insert(dragged, window.ContentEditor.currentRegion, over, over && isBelow(event, over))
  })
}

function isBelow(event, row) {
  const box = row.getBoundingClientRect()
  return event.clientY > box.top + box.height / 2
}

/* How many blocks each tab holds, which is left out, and which has something to correct. */
function markTabs() {
  for (const tab of all(".tabs.regions .tab")) {
    const rows = rowsOf(tab.dataset.region)
    tab.dataset.items = rows.length || ""
    tab.classList.toggle("desk-hidden", data.hidden.includes(tab.dataset.region))
    const wrong = rows.some((row) => row.querySelector(".errorlist, .desk-note.blocker"))
    tab.classList.toggle("desk-errors", wrong)
  }
}

/* content-editor's tabs and headings answer to the mouse only. */
function asButton(element, title) {
  element.tabIndex = 0
  element.role = "button"
  if (title) element.title = title
  element.addEventListener("keydown", (event) => {
    if (event.target !== element || (event.key !== "Enter" && event.key !== " ")) return
    event.preventDefault()
    element.click()
  })
}

/* The tabs stay above what one works at: nothing that is jumped to may come to lie under them, and
   where they are one long row the open one is in sight. */
function makeRoom(strip) {
  const measure = () => {
    document.documentElement.style.scrollPaddingTop = `${strip.offsetHeight + 4}px`
  }
  const show = (tab) => {
    strip.scrollLeft = tab.offsetLeft - (strip.clientWidth - tab.offsetWidth) / 2
  }
  new ResizeObserver(measure).observe(strip)
  strip.addEventListener("click", (event) => {
    if (event.target.matches(".tab")) show(event.target)
  })
  show(strip.querySelector(".active"))
}

function watchTabs(machine) {
  for (const tab of all(".tabs.regions .tab")) asButton(tab)
  makeRoom(document.querySelector(".tabs.regions"))
  new MutationObserver(markTabs).observe(machine, {
    subtree: true,
    childList: true,
    attributeFilter: ["data-region"],
  })
  document.addEventListener("newsdesk:noted", markTabs)
  markTabs()
  document.querySelector(".tabs.regions .desk-errors")?.click()
}

/* Each heading can be reached by key: to fold the block, and to move it up or down. */
function equip(row) {
  const label = row.querySelector(":scope > h3 .inline_label")
  if (!label || label.role) return
  asButton(label, "Fold or unfold")
  for (const [by, sign, title] of [[1, "↓", "Move down"], [-1, "↑", "Move up"]]) {
    const button = document.createElement("button")
    Object.assign(button, { type: "button", textContent: sign, title, className: "desk-move" })
    button.setAttribute("aria-label", title)
    button.addEventListener("click", (event) => {
      event.stopPropagation()
      move(row, by)
      row.scrollIntoView({ block: "nearest" })
      button.focus()
    })
    label.after(button)
  }
}

function takeOver(event) {
  const button = event.target.closest(".desk-changed button")
  if (!button) return
  fill(button.closest(".inline-related"), JSON.parse(button.dataset.fields))
  button.closest(".desk-changed").remove()
}

function onMoveKey(event) {
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key]
  const row = event.target.closest(".order-machine .inline-related")
  if (!by || !row || !event.altKey || !event.shiftKey) return
  event.preventDefault()
  move(row, by)
  row.scrollIntoView({ block: "nearest" })
  event.target.focus()
}

function watchBlocks(machine) {
  for (const row of all(".inline-related:not(.empty-form)", machine)) equip(row)
  for (const button of all(".desk-changed button", machine)) button.hidden = false
  document.addEventListener("content-editor:activate", (event) => equip(event.detail.inline))
  machine.addEventListener("click", takeOver)
  machine.addEventListener("keydown", onMoveKey)
  machine.addEventListener("focusin", (event) => {
    current = event.target.closest(".inline-related")
  })
}

/* The admin leaves all checking to the server, which gets nothing of a day half typed, and the year
   26 of one typed short. The browser knows both, and says so at the field. */
function checkDays(event) {
  const wrong = all('input[type="date"]', event.target).find(
    ({ validity }) => validity.badInput || validity.rangeUnderflow,
  )
  if (!wrong) return
  event.preventDefault()
  const row = wrong.closest(".inline-related")
  if (row) openSection(row.dataset.region)
  row?.classList.remove("collapsed")
  wrong.reportValidity()
}

function start() {
  const machine = document.querySelector(".order-machine")
  watchTabs(machine)
  watchBlocks(machine)
  document.getElementById("issue_form").addEventListener("submit", checkDays)
  if (!panel.querySelector("#desk-section")) return
  panel.querySelector("#desk-section option").after(new Option("the section that is open", "open"))
  const search = panel.querySelector("#desk-search")
  search.closest("label").hidden = false
  search.addEventListener("input", refresh)
  search.addEventListener("keydown", onSearchKey)
  panel.addEventListener("submit", onInsert)
  watchClicks()
  watchDragging(machine)
  document.addEventListener("formset:removed", () => setTimeout(refresh))
  refresh()
}

if (panel) whenReady(start)
