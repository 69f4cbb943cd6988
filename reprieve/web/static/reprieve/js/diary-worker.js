// Keeps the empty diary page for days without a connection. It holds questions and never answers;
// what the patient writes waits in the page's own storage.
// @ts-check
const KEEP = "reprieve-diary-1";
const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

worker.addEventListener("install", () => void worker.skipWaiting());
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const path = new URL(url).pathname;
  const kept = /^\/d\/[^/]+$/.test(path) || path.startsWith("/static/");
  if (method === "GET" && kept) event.respondWith(fresh(event.request));
});

/** The server's answer when there is one, else the one kept last. @param {Request} request */
async function fresh(request) {
  const store = await caches.open(KEEP);
  try {
    const answer = await fetch(request);
    if (answer.ok) await store.put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await store.match(request, { ignoreVary: true });
    if (kept) return path(request).startsWith("/static/") ? kept : marked(kept);
    throw error;
  }
}

/** @param {Request} request */
function path(request) {
  return new URL(request.url).pathname;
}

/** The page then knows that its dates are old. @param {Response} kept */
async function marked(kept) {
  const page = (await kept.text()).replace('id="diary"', 'id="diary" data-kept');
  return new Response(page, { headers: kept.headers });
}
