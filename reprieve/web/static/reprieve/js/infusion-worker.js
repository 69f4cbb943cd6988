// Keeps one page without names for the hours without a server, and the scripts that it needs. When
// an infusion's page cannot be had, this page opens in its place; entries wait in its own storage.
// @ts-check
const CHAIRSIDE = "reprieve-chairside-1";
const SHELL = "/infusion/without-connection";
const VISIT = /^\/infusion\/[0-9a-f-]{36}$/;
const DOWN = new Set([502, 503, 504]);
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
  if (mode === "navigate" && VISIT.test(path)) event.respondWith(opened(event));
  else if (path.startsWith("/static/")) event.respondWith(kept(event.request));
});

/** @param {FetchEvent} event */
async function opened(event) {
  try {
    const answer = await fetch(event.request);
    if (DOWN.has(answer.status)) throw new Error(String(answer.status));
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
