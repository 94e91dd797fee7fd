/* The desk: a click in the shortlist makes a block of the link in the form that is open.
   Without this file the same click posts the panel's form, and the server places the link. */

const panel = document.getElementById("desk-panel")
const data = JSON.parse(document.getElementById("desk-data")?.textContent ?? "null")
const all = (selector, root = document) => [...root.querySelectorAll(selector)]

/* Links that stand in the form, saved or not. The empty forms have no number. */
function standing() {
  return new Set(all('.order-machine input[name$="-link"]').map((input) => input.value))
}

/* Show what is still to be placed and matches the words typed. */
function refresh() {
  const taken = standing()
  const words = panel.querySelector("#desk-search").value.toLowerCase().split(/\s+/)
  let waiting = 0
  for (const item of all("li", panel)) {
    const free = !taken.has(item.querySelector("button").value)
    const text = item.textContent.toLowerCase()
    item.hidden = !free || !words.every((word) => text.includes(word))
    waiting += free
  }
  document.querySelector(".desk-count").textContent = waiting
  panel.querySelector(".desk-empty").hidden = waiting > 0
}

/* The section asked for: the one open, the suggested one, or one by name. */
function sectionFor(offer) {
  const chosen = panel.querySelector("#desk-section").value
  const wanted = chosen === "open" ? window.ContentEditor.currentRegion : chosen
  return wanted in data.takers ? wanted : offer.region
}

function openSection(key) {
  document.querySelector(`.tabs.regions [data-region="${key}"]`).click()
}

/* Fill the fields the block has; the words go in when its editor is there. */
function fill(row, offer) {
  for (const [name, value] of Object.entries({ ...offer.fields, link: offer.id })) {
    const field = row.querySelector(`[name$="-${name}"]`)
    if (!field) continue
    field.value = value
    if (field.tagName === "TEXTAREA") {
      field.addEventListener(
        "prose-editor:ready",
        (event) => event.detail.editor.commands.setContent(value),
        { once: true },
      )
    }
  }
  row.querySelector("h3 .inline_label").textContent = offer.title
}

/* Make the block; answers its row. addContent works at once, so the row is known after it. */
function insert(offer, key) {
  const editor = window.ContentEditor
  const plugin = editor.plugins.find((one) => one.model === data.takers[key])
  let row = null
  const note = (event) => {
    if (event.detail.prefix === plugin.prefix) row = event.detail.inline
  }
  if (editor.currentRegion !== key) openSection(key)
  document.addEventListener("content-editor:activate", note)
  editor.addContent(plugin.prefix)
  document.removeEventListener("content-editor:activate", note)
  fill(row, offer)
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
  if (!key) return say("No section of this issue takes links: add one first.")
  const shown = all("li:not([hidden]) button", panel)
  const at = shown.indexOf(event.submitter)
  const next = shown[at + 1] ?? shown[at - 1]
  const row = insert(offer, key)
  refresh()
  say(`Inserted into ${window.ContentEditor.regionsByKey[key].title}. Not saved yet.`)
  row.scrollIntoView({ block: "nearest" })
  next?.focus({ preventScroll: true })
}

/* Enter inserts the first link that matches, and the next can be typed at once. */
function onSearchKey(event) {
  if (event.key !== "Enter") return
  event.preventDefault()
  panel.querySelector("li:not([hidden]) button")?.click()
  event.target.value = ""
  refresh()
  event.target.focus({ preventScroll: true })
}

/* How many blocks each tab holds, and which of them has something to correct. */
function markTabs() {
  for (const tab of all(".tabs.regions .tab")) {
    const rows = all(`.order-machine .inline-related:not(.empty-form)[data-region="${tab.dataset.region}"]`)
    tab.dataset.items = rows.length || ""
    tab.classList.toggle("desk-errors", rows.some((row) => row.querySelector(".errorlist")))
  }
}

/* content-editor's tabs answer to the mouse only. */
function openByKey(event) {
  if (event.key !== "Enter" && event.key !== " ") return
  event.preventDefault()
  event.target.click()
}

function watchTabs() {
  for (const tab of all(".tabs.regions .tab")) {
    tab.tabIndex = 0
    tab.role = "button"
    tab.addEventListener("keydown", openByKey)
  }
  const machine = document.querySelector(".order-machine")
  new MutationObserver(markTabs).observe(machine, {
    subtree: true,
    childList: true,
    attributeFilter: ["data-region"],
  })
  markTabs()
  document.querySelector(".tabs.regions .desk-errors")?.click()
}

function start() {
  watchTabs()
  if (!panel.querySelector("#desk-section")) return
  const here = new Option("the section that is open", "open")
  panel.querySelector("#desk-section option").after(here)
  const search = panel.querySelector("#desk-search")
  search.closest("label").hidden = false
  search.addEventListener("input", refresh)
  search.addEventListener("keydown", onSearchKey)
  panel.addEventListener("submit", onInsert)
  document.addEventListener("formset:removed", () => setTimeout(refresh))
  refresh()
}

if (panel) document.addEventListener("content-editor:ready", start, { once: true })
