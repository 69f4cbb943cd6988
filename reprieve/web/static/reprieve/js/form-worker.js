// Keeps the form that is open on the patient's phone for a reload without a connection. What is
// kept has the questions and never an answer: it is fetched anew without them. What the patient
// answers waits in the page's own storage.
// @ts-check
const FORMS = "reprieve-form-1";
const forms = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

forms.addEventListener("install", () => void forms.skipWaiting());
forms.addEventListener("activate", (event) => event.waitUntil(forms.clients.claim()));

// Every page says so when it is open: what was kept of the form before it goes first.
forms.addEventListener("message", (event) => {
  const said = /** @type {{page: string, holds: string, files: string[]}} */ (event.data);
  event.waitUntil(Promise.all([keepEmpty(said.page, said.holds), ...said.files.map(add)]));
});

forms.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const path = new URL(url).pathname;
  if (method !== "GET") return;
  if (path.startsWith("/static/")) event.respondWith(file(event.request));
  else if (mode === "navigate" && /^\/f\/[^/]+$/.test(path)) event.respondWith(page(event.request));
});

/** The server's page when there is one, else the empty form. @param {Request} request */
async function page(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await (await caches.open(FORMS)).match(new URL(request.url).pathname);
    if (kept) return kept;
    throw error;
  }
}

/**
 * Forms follow one another at one address. What was kept of another one goes first, since its
 * questions would be worse than nothing; what was kept of this one stays when the network is gone.
 * @param {string} path @param {string} holds the draft key, which only the form on the page has
 */
async function keepEmpty(path, holds) {
  const store = await caches.open(FORMS);
  const before = await store.match(path);
  if (before && !(await before.clone().text()).includes(`"${holds}"`)) await store.delete(path);
  try {
    const answer = await fetch(`${path}?empty=1`);
    if (answer.ok) await store.put(path, answer);
  } catch {
    // The network is gone: what stands is of this form, or nothing.
  }
}

/** @param {Request} request */
async function file(request) {
  const store = await caches.open(FORMS);
  try {
    const answer = await fetch(request);
    if (answer.ok) await store.put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await store.match(request, { ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}

/** @param {string} url */
async function add(url) {
  const store = await caches.open(FORMS);
  if (!(await store.match(url))) await store.add(url).catch(() => {});
}
