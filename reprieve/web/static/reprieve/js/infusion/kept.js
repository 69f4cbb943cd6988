// What this tablet keeps while no server answers: entries, the clock as last measured, and who is
// signed in. No names: entries belong to a visit's number. What the server has is wiped at once.
// An entry, free text and all, lies encrypted under a key that no script can take out.

/** @typedef {[string, string]} Field */
/** @typedef {{act: string, encounter: string, kind: string, says: string, fields: Field[],
 *   tablet_ms: number, offset_ms: number, since_ms: number, who: string}} Kept */
/** @typedef {{offset: number, since: number}} Clock */
/** @typedef {{act: string, iv: Uint8Array<ArrayBuffer>, sealed: ArrayBuffer}} Sealed */

const NAME = "reprieve-chairside";
const CIPHER = "AES-GCM";
const KEY = "key";
const IV_BYTES = 12;

/** Where storage or a key is refused, entries live as long as the page. @type {Map<string, Kept>} */
const memory = new Map();
/** @type {Map<string, unknown>} */
const facts = new Map();
/** @type {Promise<import("idb").IDBPDatabase | null> | undefined} */
let opened;

function store() {
  opened ??= open().catch(() => null);
  return opened;
}

async function open() {
  const address = document.documentElement.dataset.idb ?? "";
  /** @type {typeof import("idb")} */
  const { openDB } = await import(address);
  return openDB(NAME, 1, {
    upgrade(database) {
      database.createObjectStore("entries", { keyPath: "act" });
      database.createObjectStore("facts");
    },
  });
}

/** @param {Kept} entry */
export async function put(entry) {
  const database = await store();
  const secret = await key();
  try {
    if (!database || !secret) throw new Error("nowhere to keep it");
    await database.put("entries", await sealed(entry, secret));
  } catch {
    memory.set(entry.act, entry);
  }
  changed();
}

/** @param {string} act */
export async function wipe(act) {
  const database = await store();
  await database?.delete("entries", act);
  memory.delete(act);
  changed();
}

/** @returns {Promise<Kept[]>} what waits, the oldest first */
export async function waiting() {
  const database = await store();
  const secret = await key();
  /** @type {(Sealed | Kept)[]} */
  const stored = database && secret ? await database.getAll("entries") : [];
  const tried = secret ? await Promise.allSettled(stored.map((one) => unsealed(one, secret))) : [];
  // One that cannot be opened stays where it is and holds up no other.
  const found = tried.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  return [...found, ...memory.values()].sort((a, b) => a.tablet_ms - b.tablet_ms);
}

/** The key of this browser, made once; none where the browser gives none (not a secure page).
 * @returns {Promise<CryptoKey | null>} */
function key() {
  return madeOnce().catch(() => null);
}

async function madeOnce() {
  const database = await store();
  if (!database || !globalThis.crypto?.subtle) return null;
  const known = await database.get("facts", KEY);
  if (known) return known;
  const made = await crypto.subtle.generateKey({ name: CIPHER, length: 256 }, false, ["encrypt", "decrypt"]);
  const writing = database.transaction("facts", "readwrite");
  const first = await writing.store.get(KEY); // another page may have been quicker
  if (!first) await writing.store.put(made, KEY);
  await writing.done;
  return first ?? made;
}

/** @param {Kept} entry @param {CryptoKey} secret @returns {Promise<Sealed>} */
async function sealed(entry, secret) {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const plain = new TextEncoder().encode(JSON.stringify(entry));
  return { act: entry.act, iv, sealed: await crypto.subtle.encrypt({ name: CIPHER, iv }, secret, plain) };
}

/** @param {Sealed | Kept} stored one of before entries were sealed is read as it lies
 * @param {CryptoKey} secret @returns {Promise<Kept>} */
async function unsealed(stored, secret) {
  if (!("sealed" in stored)) return stored;
  const plain = await crypto.subtle.decrypt({ name: CIPHER, iv: stored.iv }, secret, stored.sealed);
  return JSON.parse(new TextDecoder().decode(plain));
}

/** @template T @param {string} key @param {T} otherwise @returns {Promise<T>} */
export async function recall(key, otherwise) {
  const database = await store();
  return (database ? await database.get("facts", key) : facts.get(key)) ?? otherwise;
}

/** @param {string} key @param {unknown} value */
export async function remember(key, value) {
  const database = await store();
  if (database) await database.put("facts", value, key);
  else facts.set(key, value);
}

function changed() {
  document.dispatchEvent(new Event("reprieve:kept"));
}
