// What this tablet keeps while no server answers: entries, the clock as last measured, and who is
// signed in. No names: entries belong to a visit's number. What the server has is wiped at once.

/** @typedef {[string, string]} Field */
/** @typedef {{act: string, encounter: string, kind: string, says: string, fields: Field[],
 *   tablet_ms: number, offset_ms: number, since_ms: number, who: string}} Kept */
/** @typedef {{offset: number, since: number}} Clock */

const NAME = "reprieve-chairside";

/** Where storage is refused, entries live as long as the page. @type {Map<string, Kept>} */
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
  if (database) await database.put("entries", entry);
  else memory.set(entry.act, entry);
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
  /** @type {Kept[]} */
  const found = database ? await database.getAll("entries") : [...memory.values()];
  return found.sort((a, b) => a.tablet_ms - b.tablet_ms);
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
