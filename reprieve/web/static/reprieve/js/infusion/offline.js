// Charting without a connection: which entries may be kept, how they are kept, and the list of what
// waits. A start, a signature, an override or an alarm needs the server, so those buttons are off.

import { answeredAt, failing } from "../pulse.js";
import { clockOffset } from "./clocks.js";
import { put, recall, remember, waiting } from "./kept.js";
import { number } from "./number.js";

// Pathway keeps the same list and refuses any other kind.
const KINDS = new Set(["set", "rate", "pause", "bolus", "drug", "harm", "note", "urgent", "emergency"]);
const NOT_KEPT = new Set(["csrfmiddlewaretoken", "act"]);
const REMEMBER_EVERY_MS = 10_000;

const list = document.getElementById("kept");
let rememberedAt = 0;

/** @param {string} kind */
export function mayBeKept(kind) {
  return KINDS.has(kind);
}

/** @returns {boolean} whether the last question had no answer */
export function isCut() {
  return failing() || document.body.dataset.shell !== undefined;
}

/** Keep what a form holds. @param {HTMLFormElement} form
 * @returns {Promise<"kept" | "wrong" | "no">} wrong: a value cannot be, and the browser says so */
export async function keep(form) {
  const kind = form.dataset.entry ?? "";
  if (!mayBeKept(kind) || !encounter()) return "no";
  if (!form.reportValidity()) return "wrong";
  const data = new FormData(form);
  /** @type {import("./kept.js").Field[]} */
  const fields = [];
  for (const [name, value] of data)
    if (typeof value === "string" && value !== "" && !NOT_KEPT.has(name)) fields.push([name, value]);
  if (!fields.some(([name]) => name !== "reported") && kind !== "pause") return "no";
  await keepEntry({ act: String(data.get("act") || number()), kind, says: words(form, fields), fields });
  return "kept";
}

/** Keep an entry of the visit that is open, made now.
 * @param {{act: string, kind: string, says: string, fields: import("./kept.js").Field[]}} entry */
export async function keepEntry({ act, kind, says, fields }) {
  const { offset, since } = await clock();
  await put({
    act,
    encounter: encounter(),
    kind,
    says,
    fields,
    tablet_ms: Date.now(),
    offset_ms: Math.round(offset),
    since_ms: Math.round(since),
    who: await who(),
  });
}

/** @returns {string} the visit's number in this page's address */
export function encounter() {
  return /^\/infusion\/([0-9a-f-]{36})/.exec(location.pathname)?.[1] ?? "";
}

/** The page's own clock, or the one measured last when the page was opened without a server: what
 * is kept before and after a reload stays in order.
 * @returns {Promise<import("./kept.js").Clock>} */
async function clock() {
  if (!document.querySelector("[data-now]")) return recall("clock", { offset: 0, since: 0 });
  const found = { offset: clockOffset(), since: answeredAt() + clockOffset() };
  await remember("clock", found);
  return found;
}

/** @returns {Promise<string>} the signed-in person's number */
async function who() {
  const here = document.getElementById("infusion")?.dataset.who;
  return here ?? recall("who", "");
}

/** @param {HTMLFormElement} form @param {import("./kept.js").Field[]} fields */
function words(form, fields) {
  const title = form.closest("dialog")?.querySelector("h2")?.textContent?.trim() ?? "";
  const said = fields.map(([name, value]) => {
    const field = form.querySelector(`[name="${name}"]`);
    const group = field?.closest("fieldset")?.querySelector("legend");
    const label = group ?? (field?.id ? form.querySelector(`label[for="${field.id}"]`) : null);
    return `${label?.textContent?.trim() ?? name}: ${value}`;
  });
  return [title, ...said].join(" · ");
}

async function show() {
  const mine = (await waiting()).filter((entry) => entry.encounter === encounter());
  document.body.classList.toggle("is-cut", isCut());
  if (!list) return;
  list.hidden = !mine.length && !isCut();
  const counted = list.querySelector("[data-count]");
  if (counted) counted.textContent = String(mine.length);
  list.querySelector("ul")?.replaceChildren(...mine.map(line));
}

/** @param {import("./kept.js").Kept} entry */
function line(entry) {
  const item = document.createElement("li");
  const at = new Date(entry.tablet_ms).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  item.textContent = `${at} ${entry.says}`;
  return item;
}

/** What a page that opens without a server must know. */
async function note() {
  if (isCut() || Date.now() - rememberedAt < REMEMBER_EVERY_MS) return;
  rememberedAt = Date.now();
  await clock();
  await remember("who", await who());
}

document.addEventListener("reprieve:kept", () => void show());
for (const name of ["reprieve:lost", "reprieve:back"])
  document.addEventListener(name, () => void show());
if (document.body.dataset.shell === undefined) setInterval(() => void note(), 2_000);
void show();
