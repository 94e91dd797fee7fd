// The week at a glance keeps up by itself: the figures every 20 seconds, a countdown each second.
const place = document.getElementById("week");
const EVERY = 20_000; // milliseconds
const UNITS = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];

function words(seconds) {
  const first = UNITS.findIndex(([, size]) => seconds >= size);
  const parts = UNITS.slice(first, first + 2).map(([name, size], at) => {
    const number = Math.floor((at ? seconds % UNITS[first][1] : seconds) / size);
    return number ? `${number} ${name}${number > 1 ? "s" : ""}` : "";
  });
  return `in ${parts.filter(Boolean).join(", ")}`;
}

function count() {
  for (const time of place.querySelectorAll("[data-countdown]")) {
    const seconds = Math.ceil((new Date(time.dataset.countdown) - Date.now()) / 1000);
    time.textContent = seconds > 0 ? words(seconds) : "any moment now";
  }
}

async function refresh() {
  if (!document.hidden && !place.contains(document.activeElement)) {
    const asked = { signal: AbortSignal.timeout(10_000) };
    const answer = await fetch(place.dataset.url, asked).catch(() => null);
    if (answer?.ok && !answer.redirected) place.innerHTML = await answer.text();
    place.toggleAttribute("data-stale", !answer?.ok);
    count();
  }
  setTimeout(refresh, EVERY);
}

count();
setInterval(count, 1000);
setTimeout(refresh, EVERY);
