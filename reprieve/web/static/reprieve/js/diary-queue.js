// Days that wait in this browser until they are sent. Each carries its own number, so that a day
// whose answer got lost on the way is taken once.

/** @typedef {[string, string][]} Entry */
/** @typedef {{sent: number, waiting: number, alert: boolean,
 *   refused: {error: string, field: string} | null}} Result */

const TOKEN = "csrfmiddlewaretoken";

/** @returns {string} */
function place() {
  return `reprieve-diary:${location.pathname}`;
}

/** @returns {Entry[]} */
export function waiting() {
  try {
    return JSON.parse(localStorage.getItem(place()) ?? "[]");
  } catch {
    return [];
  }
}

/** @param {Entry[]} entries */
function store(entries) {
  try {
    if (entries.length) localStorage.setItem(place(), JSON.stringify(entries));
    else localStorage.removeItem(place());
  } catch {
    // Storage may be refused: the day is then sent from memory, while the page is open.
  }
  memory = entries;
}

/** @type {Entry[]} */
let memory = waiting();

/** Keep the day that the form holds, with the moment at which it was told: it may arrive days later.
 * @param {HTMLFormElement} form @param {Date} now */
export function keep(form, now) {
  /** @type {Entry} */
  const entry = [];
  for (const [name, value] of new FormData(form))
    if (typeof value === "string" && value !== "" && name !== TOKEN) entry.push([name, value]);
  entry.push(["told", now.toISOString()]);
  const act = number(entry);
  store([...memory.filter((one) => number(one) !== act), entry]);
}

/** @param {Entry} entry @returns {string} */
function number(entry) {
  return entry.find(([name]) => name === "act")?.[1] ?? "";
}

/** Send what waits, the oldest first. @param {HTMLFormElement} form @returns {Promise<Result>} */
export async function sendAll(form) {
  /** @type {Result} */
  const result = { sent: 0, waiting: 0, alert: false, refused: null };
  for (const entry of [...memory]) {
    const answer = await send(form, entry);
    if (answer === null) break;
    store(memory.filter((one) => number(one) !== number(entry)));
    if (answer.error !== undefined) result.refused = { error: answer.error, field: answer.field ?? "" };
    else result.sent += 1;
    result.alert = result.alert || Boolean(answer.alert);
  }
  result.waiting = memory.length;
  return result;
}

/** Null: not reached, try again later. @param {HTMLFormElement} form @param {Entry} entry
 * @returns {Promise<{alert?: boolean, error?: string, field?: string} | null>} */
async function send(form, entry) {
  const body = new FormData();
  for (const [name, value] of entry) body.append(name, value);
  const token = form.querySelector(`[name="${TOKEN}"]`);
  if (token instanceof HTMLInputElement) body.append(TOKEN, token.value);
  try {
    const answer = await fetch(location.pathname, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
    });
    const isOurs = answer.headers.get("Content-Type")?.startsWith("application/json");
    if (answer.status >= 500 || !isOurs) return null;
    return await answer.json();
  } catch {
    return null;
  }
}
