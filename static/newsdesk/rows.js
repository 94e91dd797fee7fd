/* Blocks in the form of the desk, by way of content-editor: what the scripts of the desk share. */

export const all = (selector, root = document) => [...root.querySelectorAll(selector)]
export const rowsOf = (region) =>
  all(`.order-machine .inline-related:not(.empty-form)[data-region="${region}"]`).sort(
    (one, other) => one.style.order - other.style.order,
  )
const orderOf = (row) => row.querySelector('[name$="-ordering"]')
const tellMoved = () => document.dispatchEvent(new CustomEvent("newsdesk:moved"))

export function openSection(key) {
  document.querySelector(`.tabs.regions [data-region="${key}"]`)?.click()
}

/* Once content-editor stands, which may have been before this was asked. */
export function whenReady(start) {
  if (document.querySelector(".tabs.regions .active")) start()
  else document.addEventListener("content-editor:ready", start, { once: true })
}

/* A new block of this type in section `key`. addContent works at once, so its row is known. */
export function addRow(prefix, key) {
  let row = null
  const note = (event) => {
    if (event.detail.prefix === prefix) row = event.detail.inline
  }
  if (window.ContentEditor.currentRegion !== key) openSection(key)
  document.addEventListener("content-editor:activate", note)
  window.ContentEditor.addContent(prefix)
  document.removeEventListener("content-editor:activate", note)
  return row
}

/* Set one field; the words of a rich text go in now, or when its editor is there. */
export function setField(field, value) {
  if (field.type === "checkbox") field.checked = Boolean(value)
  else field.value = value ?? ""
  if (field.tagName === "TEXTAREA") {
    const editor = field.closest(".prose-editor")?.querySelector(".ProseMirror")?.editor
    const write = (one) => one.commands.setContent(field.value)
    if (editor) write(editor)
    else {
      const later = (event) => write(event.detail.editor)
      field.addEventListener("prose-editor:ready", later, { once: true })
    }
  }
  field.dispatchEvent(new Event("input", { bubbles: true }))
}

/* Fill the fields that the block has; the others are none of its type. */
export function fill(row, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = row.querySelector(`[name$="-${name}"]`)
    if (field) setField(field, value)
  }
}

/* Let the rows of a section stand in this order; they share out the places they have. */
function arrange(rows) {
  const places = rows.map((row) => Number(orderOf(row).value)).sort((a, b) => a - b)
  rows.forEach((row, at) => {
    orderOf(row).value = row.style.order = places[at]
  })
  tellMoved()
}

/* Put a row behind another of its section, or before it. */
export function putBeside(row, other, after = true) {
  const rows = rowsOf(row.dataset.region).filter((one) => one !== row)
  rows.splice(rows.indexOf(other) + (after ? 1 : 0), 0, row)
  arrange(rows)
}

/* One place up (-1) or down (1); at the end it stays. Answers whether it moved. */
export function move(row, by) {
  const rows = rowsOf(row.dataset.region)
  const other = rows[rows.indexOf(row) + by]
  if (other) putBeside(row, other, by > 0)
  return Boolean(other)
}
