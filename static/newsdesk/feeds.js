// The list of feeds while a poll runs: how far it is, and then its answers.
const place = document.querySelector("#feed-progress");
const PAUSE = 2000;

async function look() {
  const answer = await fetch(place.dataset.url, { credentials: "same-origin" }).catch(() => null);
  if (!answer || !answer.ok || answer.redirected) return later();
  const html = await answer.text();
  const busy = html.includes("data-busy");
  // Whoever has begun to choose feeds does not lose the choice.
  if (!busy && !document.querySelector(".action-select:checked")) return location.reload();
  place.innerHTML = html;
  if (busy) later();
}

function later() {
  setTimeout(look, PAUSE);
}

if (place?.querySelector("[data-busy]")) later();
