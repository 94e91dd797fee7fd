/* The prose editor stands in for a text field without its name: it takes the field's. */
function name(field, box) {
  const said = field.getAttribute("aria-label") ?? field.labels[0]?.textContent
  if (said) box.setAttribute("aria-label", said.replace(":", "").trim())
}

document.addEventListener("prose-editor:ready", ({ detail }) =>
  name(detail.textarea, detail.editor.view.dom),
)
for (const box of document.querySelectorAll(".prose-editor .ProseMirror"))
  name(box.closest(".prose-editor").querySelector("textarea"), box)
