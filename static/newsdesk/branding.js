/* The mail beside the masthead's form: what is typed goes to the server, which draws it and stores
   nothing. */

const pane = document.getElementById("branding-preview")
const form = document.getElementById("publication_form")
const PAUSE = 400 // milliseconds without a keystroke
const find = (name) => document.getElementById(`branding-${name}`)
let timer, asking

async function ask() {
  asking?.abort()
  asking = new AbortController()
  const { signal } = asking
  try {
    const answer = await fetch(pane.dataset.url, { method: "POST", body: new FormData(form), signal })
    if (!answer.ok || answer.redirected) throw new Error(answer.status)
    show(await answer.json())
  } catch {
    if (!signal.aborted) say("It could not be drawn: the server did not answer. What you typed is still here.", true)
  }
}

function show({ html, said, wrong }) {
  const frame = pane.querySelector("iframe")
  if (frame.srcdoc !== html) frame.srcdoc = html
  say(said, wrong)
}

function say(words, wrong) {
  find("said").textContent = words
  find("said").classList.toggle("wrong", wrong)
}

/* The frame is as wide as the reader's window, made smaller where the pane is narrower. */
function fit() {
  const frame = pane.querySelector("iframe")
  const holder = frame.parentElement
  const width = Number(find("width").value)
  const scale = Math.min(1, holder.clientWidth / width)
  frame.style.width = `${width}px`
  frame.style.height = `${holder.clientHeight / scale}px`
  frame.style.transform = `scale(${scale})`
  frame.style.colorScheme = find("scheme").value
}

function soon() {
  clearTimeout(timer)
  timer = setTimeout(ask, PAUSE)
}

if (pane && form) {
  pane.parentElement.hidden = false
  for (const type of ["input", "change"]) form.addEventListener(type, soon)
  for (const name of ["width", "scheme"]) find(name).addEventListener("change", fit)
  new ResizeObserver(fit).observe(pane.querySelector(".branding-holder"))
  fit()
  ask()
}
