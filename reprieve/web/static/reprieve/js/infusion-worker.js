// Keeps one page without names for the hours without a server, and the scripts that it needs. When
// an infusion's page cannot be had, this page opens in its place; entries wait in its own storage.
// @ts-check
const CHAIRSIDE = "reprieve-chairside-1";
const SHELL = "/infusion/without-connection";
const VISIT = /^\/infusion\/[0-9a-f-]{36}$/;
const CARD = /^\/infusion\/[0-9a-f-]{36}\/emergency(?:\/[a-z0-9-]+)?$/;
const DOWN = new Set([502, 503, 504]);
const BUSY = "X-Reprieve-Busy"; // said by a server that is there
const BROKEN = 500;
// Steps are needed now: a network that says nothing is not waited for.
const CARD_WITHIN_MS = 4_000;
const chairside = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

chairside.addEventListener("install", (event) => {
  void chairside.skipWaiting();
  event.waitUntil(keepShell());
});
chairside.addEventListener("activate", (event) => event.waitUntil(chairside.clients.claim()));

chairside.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const path = new URL(url).pathname;
  if (method !== "GET") return;
  if (mode === "navigate" && VISIT.test(path)) event.respondWith(opened(event, fetch(event.request)));
  else if (mode === "navigate" && CARD.test(path)) event.respondWith(opened(event, soon(event.request)));
  else if (path.startsWith("/static/")) event.respondWith(kept(event.request));
});

/** The card's page, or an error in time. @param {Request} request @returns {Promise<Response>} */
async function soon(request) {
  const late = new Promise((_kept, fail) => setTimeout(() => fail(new Error("late")), CARD_WITHIN_MS));
  const answer = /** @type {Response} */ (await Promise.race([fetch(request), late]));
  if (answer.status >= BROKEN) throw new Error(String(answer.status));
  return answer;
}

/** @param {FetchEvent} event @param {Promise<Response>} asked */
async function opened(event, asked) {
  try {
    const answer = await asked;
    if (DOWN.has(answer.status) && !answer.headers.has(BUSY)) throw new Error(String(answer.status));
    event.waitUntil(keepShell().catch(() => undefined));
    return answer;
  } catch (error) {
    const shell = await caches.match(SHELL);
    if (shell) return shell;
    throw error;
  }
}

/** A static file never changes under its address. @param {Request} request */
async function kept(request) {
  const known = await caches.match(request, { ignoreVary: true });
  return known ?? fetch(request);
}

/** Keep the page anew when it changed, with every file that it names. */
async function keepShell() {
  const answer = await fetch(SHELL, { cache: "no-store" });
  if (!answer.ok) throw new Error(String(answer.status));
  const text = await answer.clone().text();
  const before = await (await caches.match(SHELL))?.text();
  if (before === text) return;
  await caches.delete(CHAIRSIDE);
  const store = await caches.open(CHAIRSIDE);
  const files = new Set([...text.matchAll(/(?:href|src|data-idb)="(\/static\/[^"#]+)/g)].map((m) => m[1]));
  await store.addAll([...files]);
  await store.put(SHELL, answer);
}
