// Sends what this tablet kept, the oldest first, each once: the server knows the number of an entry
// that it has already. What it has taken is wiped here; what it has not stays.

import { number } from "./number.js";
import { recall, remember, waiting, wipe } from "./kept.js";

const EVERY_MS = 5_000;
const PATIENCE_MS = 8_000;
const BROKEN = 500;

/** @param {string} encounter */
function address(encounter) {
  return `/infusion/${encounter}/offline`;
}

/** @param {string} url @param {RequestInit} [more] */
function reach(url, more) {
  return fetch(url, { ...more, redirect: "error", signal: AbortSignal.timeout(PATIENCE_MS) });
}

/** Ask who is signed in and what time it is. @param {string} encounter
 * @returns {Promise<{token: string, now: number, who: string} | null | undefined>} null: not
 * reached; undefined: refused, as for the visit of another clinic */
export async function greet(encounter) {
  const answer = await reach(address(encounter)).catch(() => null);
  if (answer === null || answer.status >= BROKEN) return null;
  return answer.ok ? answer.json() : undefined;
}

/** @returns {Promise<string>} this browser's number, the same as long as it is kept */
async function tablet() {
  const known = await recall("tablet", "");
  if (known) return known;
  const made = number();
  await remember("tablet", made);
  return made;
}

/** @param {import("./kept.js").Kept} entry @param {string} token */
async function send(entry, token) {
  const body = new FormData();
  for (const [name, value] of entry.fields) body.append(name, value);
  for (const name of /** @type {const} */ (["act", "tablet_ms", "offset_ms", "since_ms", "who"]))
    body.set(name, String(entry[name]));
  body.set("tablet", await tablet());
  const headers = { "X-CSRFToken": token, "X-Reprieve-Entry": "1" };
  const url = `${address(entry.encounter)}/${entry.kind}`;
  return reach(url, { method: "POST", body, headers }).catch(() => null);
}

async function sendAll() {
  for (const entry of await waiting()) {
    const met = await greet(entry.encounter);
    if (met === null) return;
    // Somebody else's entry waits until they sign in again, and holds up no other.
    if (met === undefined || met.who !== entry.who) continue;
    const answer = await send(entry, met.token);
    if (answer?.ok) await wipe(entry.act);
    else if (answer === null || answer.status >= BROKEN) return;
  }
}

/** One page of this browser sends at a time. */
export async function sync() {
  if (!("locks" in navigator)) return sendAll();
  await navigator.locks.request("reprieve-kept", { ifAvailable: true }, async (lock) => {
    if (lock) await sendAll();
  });
}

document.addEventListener("reprieve:back", () => void sync());
setInterval(() => void sync(), EVERY_MS);
void sync();
