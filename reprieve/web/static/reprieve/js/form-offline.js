// A form on the patient's phone opens without a connection too: its worker keeps the questions.
// From a kept page nothing is sent; as soon as the server answers, the real one takes its place.
const TRY_MS = 10_000;

const found = document.querySelector("form[data-worker]");
const form = found instanceof HTMLFormElement ? found : null;

/** @param {string} address */
async function register(address) {
  await navigator.serviceWorker.register(address, { scope: "/f/" });
  const ready = await navigator.serviceWorker.ready;
  const files = performance
    .getEntriesByType("resource")
    .map((one) => one.name)
    .filter((name) => new URL(name).pathname.startsWith("/static/"));
  const holds = form?.dataset.draftKey ?? "";
  ready.active?.postMessage({ page: location.pathname, holds, files });
}

async function comeBack() {
  try {
    const answer = await fetch(`${location.pathname}?empty=1`);
    if (answer.status < 500) location.reload(); // also where the link is over: that page says so
  } catch {
    // Still no connection.
  }
}

if (form) {
  if (form.dataset.kept !== undefined) {
    window.addEventListener("online", () => void comeBack());
    setInterval(() => void comeBack(), TRY_MS);
  } else if ("serviceWorker" in navigator) {
    register(form.dataset.worker ?? "").catch(() => {});
  }
}
