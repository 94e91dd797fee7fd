/* What is typed and not saved is kept in this browser, and offered when the page is opened again:
   after a closed tab, a lost connection, or a save that came second. What is on offer stays so over
   any number of saves, beside what is typed meanwhile, until a person takes it or lets it go. */

import { addRow, fill, openSection, setField, whenReady } from "newsdesk/rows"

const data = JSON.parse(document.getElementById("desk-data")?.textContent ?? "null")
const form = document.getElementById("issue_form")
const bar = document.getElementById("desk-kept")
const place = `newsdesk:issue:${data?.issue}`
const PAUSE = 400 // milliseconds without a keystroke
const ROW = /^(?<prefix>[a-z_]+)-(?<at>\d+)-(?<name>\w+)$/
const OURS = new Set(["csrfmiddlewaretoken", "edit_token"])
let loaded = new Map()
let offered = null // what was kept earlier, and is neither put back nor forgotten
let timer

function read() {
  try {
    return JSON.parse(localStorage.getItem(place))
  } catch {
    return null
  }
}

/* A browser may refuse to keep anything: then the desk works as if nothing had been kept. */
function write(kept) {
  try {
    if (kept) localStorage.setItem(place, JSON.stringify(kept))
    else localStorage.removeItem(place)
  } catch (error) {
    console.info("What is typed cannot be kept here:", error.message)
  }
}

const valueOf = (field) => (field.type === "checkbox" ? field.checked : field.value)
const idOf = (prefix, at) => form.elements[`${prefix}-${at}-id`]?.value

/* Every field by what it belongs to: a row that is saved by its number, whatever its place. */
function* fields() {
  for (const field of form.elements) {
    const { name, type } = field
    if (!name || OURS.has(name) || name.includes("__prefix__") || /_FORMS$/.test(name)) continue
    if (["file", "submit", "button"].includes(type) || name.startsWith("_")) continue
    const row = name.match(ROW)?.groups
    if (["id", "parent", "issue", "ordering"].includes(row?.name)) continue
    const id = row && idOf(row.prefix, row.at)
    yield { field, row, key: !row ? name : id ? `${row.prefix}#${id}-${row.name}` : null }
  }
}

/* What differs from what was loaded, and the blocks that are new. */
function changed() {
  const words = {}
  const fresh = {}
  for (const { field, row, key } of fields()) {
    if (key && loaded.get(key) !== valueOf(field)) words[key] = valueOf(field)
    if (!key && field.closest(".order-machine")) {
      const made = (fresh[`${row.prefix}-${row.at}`] ??= { prefix: row.prefix, values: {} })
      made.values[row.name] = valueOf(field)
    }
  }
  return { words, fresh: Object.values(fresh) }
}

function keep() {
  const now = changed()
  const before = data.bound ? read() : null
  const words = { ...before?.words, ...now.words }
  const kept = { words, fresh: now.fresh, at: Date.now(), token: form.elements.edit_token.value }
  write(offered || holds(kept) ? { ...kept, offered } : null)
}

const holds = (kept) => Object.keys(kept.words).length > 0 || kept.fresh.length > 0

/* What was on offer and what was typed beside it, as one: the later words count. */
function together({ offered: earlier, ...kept }) {
  if (!earlier || !holds(kept)) return earlier ?? kept
  const words = { ...earlier.words, ...kept.words }
  return { ...kept, words, fresh: [...earlier.fresh, ...kept.fresh] }
}

/* A block that has this link already: a link stands in an issue once. */
function rowWith(link) {
  const fields = [...document.querySelectorAll('.order-machine input[name$="-link"]')]
  return link && fields.find((field) => field.value === link)?.closest(".inline-related")
}

/* Put it back; answers how many things found no place any more. */
function putBack(kept) {
  const known = new Map([...fields()].filter((one) => one.key).map((one) => [one.key, one.field]))
  let lost = 0
  for (const [key, value] of Object.entries(kept.words)) {
    const field = known.get(key)
    if (!field) lost += 1
    else if (key.endsWith("-region")) moveTo(field, value)
    else setField(field, value)
  }
  for (const { prefix, values } of kept.fresh) {
    const { region, ...words } = values
    const row = rowWith(words.link)
    if (row) fill(row, words)
    else if (!window.ContentEditor.regionsByKey[region]) lost += 1
    else fill(addRow(prefix, region), words)
  }
  return lost
}

function moveTo(field, region) {
  const select = field.closest(".inline-related").querySelector(".inline_move_to_region")
  if (!select || ![...select.options].some((option) => option.value === region)) return
  select.value = region
  select.dispatchEvent(new Event("change"))
}

function offer(kept) {
  offered = kept
  const when = new Date(kept.at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })
  bar.hidden = false
  bar.textContent = `You typed something here on ${when} that was not saved. `
  const button = (words, deed) => {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: words })
    made.className = "button"
    made.addEventListener("click", deed)
    bar.append(made, " ")
  }
  button("Put it back", () => {
    const open = window.ContentEditor.currentRegion
    const lost = putBack(kept)
    openSection(open)
    offered = null
    bar.textContent = lost
      ? `It is back, and not saved yet. What had no place any more: ${lost}.`
      : "It is back, and not saved yet."
    keep()
  })
  button("Forget it", () => {
    offered = null
    bar.hidden = true
    keep()
  })
}

function start() {
  loaded = new Map([...fields()].filter((one) => one.key).map((one) => [one.key, valueOf(one.field)]))
  const kept = read()
  const saved = kept?.sent && kept.token !== form.elements.edit_token.value
  const still = saved || data.bound ? kept?.offered : kept && together(kept)
  if (data.bound && kept) write({ ...kept, sent: false })
  else if (saved) write(still)
  if (still) offer(still)
  const soon = () => {
    clearTimeout(timer)
    timer = setTimeout(keep, PAUSE)
  }
  for (const type of ["input", "change"]) form.addEventListener(type, soon)
  for (const type of ["formset:added", "formset:removed"]) document.addEventListener(type, soon)
  form.addEventListener("submit", () => {
    clearTimeout(timer)
    keep()
    const now = read()
    if (now) write({ ...now, sent: true })
  })
}

if (data && form) whenReady(start)
