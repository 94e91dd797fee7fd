/* The pre-flight: jumps to the block a finding is about, asks again while links are looked at, and
   fills the panel beside the desk when it is opened. Without this file all of it is plain links. */

const PAUSE = 2000
const PATIENCE = 30

/* The row of a block in the form, and its section's tab opened. */
function jump(target) {
  const [model, pk] = target.split("-")
  const field = document.querySelector(`.order-machine input[name^="digest_${model}_set-"][name$="-id"][value="${CSS.escape(pk)}"]`)
  const row = field?.closest(".inline-related")
  if (!row) return false
  document.querySelector(`.tabs.regions [data-region="${row.dataset.region}"]`)?.click()
  row.classList.remove("collapsed")
  row.classList.add("preflight-found")
  setTimeout(() => row.classList.remove("preflight-found"), 4000)
  row.querySelector(".form-row input:not([type=hidden]), .form-row textarea")?.focus({ preventScroll: true })
  row.scrollIntoView({ block: "center" })
  return true
}

async function pageFrom(url, options = {}) {
  const answer = await fetch(url, { credentials: "same-origin", ...options })
  const page = new DOMParser().parseFromString(await answer.text(), "text/html")
  if (!answer.ok || !page.querySelector(".preflight")) throw new Error(answer.statusText)
  return page
}

async function panelFrom(url) {
  return (await pageFrom(url)).querySelector(".preflight")
}

/* While a worker looks at the links, the panel says so; then it says what was seen. */
async function watch(panel, left = PATIENCE) {
  if (!panel.hasAttribute("data-waiting") || !left) return
  await new Promise((done) => setTimeout(done, PAUSE))
  if (!panel.isConnected || panel.contains(document.activeElement)) return
  const fresh = await panelFrom(panel.dataset.preflight).catch(() => null)
  if (!fresh) return
  panel.replaceWith(fresh)
  watch(fresh, left - 1)
}

async function open(beside) {
  const here = beside.querySelector(".preflight-here")
  here.setAttribute("aria-busy", "true")
  try {
    const panel = await panelFrom(beside.dataset.panel)
    here.replaceChildren(panel)
    watch(panel)
  } catch {
    // The plain link that stands there still leads to it.
  } finally {
    here.removeAttribute("aria-busy")
  }
}

/* Beside the desk nothing may lead away from what is not saved yet. */
async function post(event) {
  const here = event.target.closest(".preflight-here")
  if (!here) return
  event.preventDefault()
  const said = document.createElement("p")
  said.className = "preflight-said"
  said.role = "status"
  try {
    const page = await pageFrom(event.target.action, { method: "POST", body: new FormData(event.target) })
    said.textContent = [...page.querySelectorAll(".messagelist li")].map((it) => it.textContent.trim()).join(" ")
    const panel = page.querySelector(".preflight")
    here.replaceChildren(said, panel)
    watch(panel)
  } catch {
    said.textContent = "That did not arrive. Try again in a moment."
    here.prepend(said)
  }
}

document.addEventListener("submit", post)
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-jump]")
  if (link && jump(link.dataset.jump)) event.preventDefault()
})
for (const beside of document.querySelectorAll(".preflight-beside")) {
  beside.addEventListener("toggle", () => beside.open && open(beside))
}
for (const panel of document.querySelectorAll(".preflight")) watch(panel)
document.addEventListener(
  "content-editor:ready",
  () => {
    const asked = location.hash.match(/^#jump-([a-z]+-\d+)$/)
    if (asked) setTimeout(() => jump(asked[1]))
  },
  { once: true },
)
