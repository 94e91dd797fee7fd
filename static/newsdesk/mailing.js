/* A mailing's page that keeps up with its worker: the figures every two seconds, the countdown every
   second. When the mailing comes to another state the page is read anew, and its buttons with it. */

const live = document.getElementById("mailing-live");
const offline = document.getElementById("mailing-offline");
const EVERY = 2000; // milliseconds
const UNITS = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];

const shown = () => live.firstElementChild.dataset;

async function refresh() {
  const state = shown().state;
  try {
    const answer = await fetch(live.dataset.url, { signal: AbortSignal.timeout(10_000) });
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    live.innerHTML = await answer.text();
    offline.hidden = true;
  } catch {
    offline.hidden = false;
  }
  if (shown().state !== state) location.reload();
  else if ("goesOn" in shown()) setTimeout(refresh, EVERY);
}

function words(seconds) {
  const first = UNITS.findIndex(([, size]) => seconds >= size);
  const parts = UNITS.slice(first, first + 2).map(([name, size], at) => {
    const number = Math.floor((at ? seconds % UNITS[first][1] : seconds) / size);
    return number ? `${number} ${name}${number > 1 ? "s" : ""}` : "";
  });
  return `in ${parts.filter(Boolean).join(", ")}`;
}

function count(countdown) {
  const seconds = Math.ceil((new Date(countdown.dataset.countdown) - Date.now()) / 1000);
  countdown.textContent = seconds > 0 ? words(seconds) : "any moment now";
}

const countdown = document.querySelector("[data-countdown]");
if (countdown) {
  count(countdown);
  setInterval(count, 1000, countdown);
}
if ("goesOn" in shown()) setTimeout(refresh, EVERY);
