/* A moment of computing before the form is sent, which a robot would pay for each address: a
   number that makes the hash of our words and the visitor's begin with zero bits. Where this
   cannot be done the form goes without, as it does without JavaScript. */

const ATTEMPTS = 1_000_000;
const AT_ONCE = 256;
const form = document.querySelector("form[data-bits]");
const encoder = new TextEncoder();

async function fits(words, number, bits) {
  const digest = await crypto.subtle.digest("SHA-256", encoder.encode(`${words}:${number}`));
  return new DataView(digest).getUint32(0) >>> (32 - bits) === 0;
}

async function work(words, bits) {
  for (let first = 0; first < ATTEMPTS; first += AT_ONCE) {
    const numbers = Array.from({ length: AT_ONCE }, (_, index) => first + index);
    const found = await Promise.all(numbers.map((number) => fits(words, number, bits)));
    if (found.includes(true)) return first + found.indexOf(true);
  }
  return "";
}

async function send(event) {
  const { email, shown_at: stamp, proof } = form.elements;
  if (!window.crypto?.subtle || proof.value) return;
  event.preventDefault();
  const button = form.querySelector("button");
  const said = button.textContent;
  button.disabled = true;
  button.textContent = "One moment…";
  try {
    proof.value = await work(`${stamp.value}:${email.value.trim()}`, Number(form.dataset.bits));
  } finally {
    button.disabled = false;
    button.textContent = said;
    form.submit();
  }
}

form.addEventListener("submit", send);
/* Whoever comes back to the page may change the address: the old number says nothing of it. */
addEventListener("pageshow", () => { form.elements.proof.value = ""; });
form.elements.email.addEventListener("input", () => { form.elements.proof.value = ""; });
