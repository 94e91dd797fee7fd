/* Says whether a link is known while the form is being filled in. Without this script, or without
   the network, the same answer comes with the form. */
const address = document.getElementById("url");
const answer = document.getElementById("answer");
const PATIENCE = 5000; // milliseconds
let asked = address.value;

async function ask() {
  const wanted = address.value.trim();
  if (wanted === asked) return;
  asked = wanted;
  const query = new URLSearchParams({ url: wanted });
  try {
    const response = await fetch(`${answer.dataset.ask}?${query}`, { signal: AbortSignal.timeout(PATIENCE) });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (asked !== wanted) return;
    answer.replaceChildren(...page.getElementById("answer").childNodes);
    address.toggleAttribute("aria-invalid", page.getElementById("url").hasAttribute("aria-invalid"));
  } catch {
    answer.replaceChildren();
  }
}

address.addEventListener("change", ask);
address.addEventListener("paste", () => setTimeout(ask));
