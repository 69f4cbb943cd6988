// The emergency card where no server answers: the steps stand in a dialog of this very page, and what
// is pressed waits on this tablet like any entry. The clinic's own words are remembered for the page
// that opens without a server; they name no patient.

import { openDialog } from "../dialog.js";
import { post } from "./entries.js";
import { recall, remember } from "./kept.js";
import { number } from "./number.js";
import { encounter, isCut, keepEntry } from "./offline.js";
import { greet } from "./sync.js";

/** @typedef {{whom: string, steps: Record<string, string>}} Own the clinic's own words */

const TAKEN = 204;
const LOCKED = 423;
const BROKEN = 500;
// Steps are needed now: a silent network is not waited for as long as with other entries.
const PATIENCE_MS = 2_500;
const ASK_EVERY_MS = 2_000;

const dialog = document.getElementById("emergency-offline");
const isShell = document.body.dataset.shell !== undefined;
let shown = "";

/** @returns {HTMLElement[]} the situations, each with its steps */
function situations() {
  return /** @type {HTMLElement[]} */ ([...(dialog?.querySelectorAll("[data-situation]") ?? [])]);
}

/** @param {string} what a situation, or a step of the one that is shown */
function show(what) {
  if (!situations().some((one) => one.dataset.situation === what)) return;
  shown = what;
  for (const one of situations()) one.hidden = one.dataset.situation !== what;
  const steps = dialog?.querySelector("[data-steps]");
  if (steps instanceof HTMLElement) steps.hidden = false;
  dialog?.scrollTo(0, 0);
}

/** @param {string} [what] the situation, when it is known */
export function openCard(what = "") {
  openDialog("emergency-offline");
  show(what);
}

/** @returns {boolean} whether the card is open in this page */
export function isCardOpen() {
  return dialog instanceof HTMLDialogElement && dialog.open;
}

/** @returns {string} the card's address at the server, with the situation that is shown */
export function cardAddress() {
  return `/infusion/${encounter()}/emergency${shown ? `/${shown}` : ""}`;
}

/** Keep a press with its time, and say so. @param {string} what @param {string} act */
async function log(what, act) {
  openCard(what);
  const button = dialog?.querySelector(`[data-log="${CSS.escape(what)}"]`);
  const word = button?.textContent?.trim() ?? what;
  await keepEntry({ act, kind: "emergency", says: word, fields: [["what", what]] });
  const line = document.createElement("li");
  const at = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  line.textContent = `${at} ${word}`;
  dialog?.querySelector("[data-logged]")?.append(line);
}

/** A press on the card's page at the server: kept here when no answer comes, under the same number.
 * @param {HTMLFormElement} form */
async function press(form) {
  const what = form.dataset.logs ?? "";
  const field = form.elements.namedItem("act");
  const act = field instanceof HTMLInputElement ? field.value : number();
  const fields = new FormData(form);
  if (field instanceof HTMLInputElement) field.value = number();
  try {
    if (isCut()) throw new Error("no server");
    const answer = await post(form.getAttribute("action") ?? "", fields, PATIENCE_MS);
    if (answer.status >= BROKEN) throw new Error(String(answer.status));
    if (answer.status === LOCKED) return document.dispatchEvent(new Event("reprieve:lock"));
    // What is refused is said by the server's own page.
    if (answer.status !== TAKEN) return form.submit();
    location.assign(form.dataset.shows ?? location.href);
  } catch {
    await log(what, act);
  }
}

/** @param {Element | null | undefined} part */
function words(part) {
  return part?.textContent?.trim() ?? "";
}

/** @returns {Own} */
function ownWords() {
  /** @type {Record<string, string>} */
  const steps = {};
  for (const one of situations())
    if ("own" in one.dataset) steps[one.dataset.situation ?? ""] = words(one.querySelector("[data-text]"));
  return { whom: words(dialog?.querySelector("[data-whom]")), steps };
}

/** @param {Own | null} own */
function fill(own) {
  const whom = dialog?.querySelector("[data-whom]");
  if (whom && own?.whom) whom.textContent = own.whom;
  for (const one of situations()) {
    const said = own?.steps[one.dataset.situation ?? ""];
    const text = one.querySelector("[data-text]");
    if (!said || !text) continue;
    text.textContent = said;
    one.querySelector("[data-unconfirmed]")?.remove();
  }
}

/** The server is back: its page has the alarms too. */
async function goBack() {
  if (!isCardOpen() || isCut()) return;
  if (await greet(encounter())) location.assign(cardAddress());
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const opener = target?.closest("[data-emergency]");
  const button = target?.closest("#emergency-offline [data-log]");
  if (opener && isCut()) {
    event.preventDefault();
    openCard();
  } else if (button instanceof HTMLElement) void log(button.dataset.log ?? "", number());
});
document.addEventListener("submit", (event) => {
  if (!(event.target instanceof HTMLFormElement) || event.target.dataset.logs === undefined) return;
  event.preventDefault();
  void press(event.target);
});
const worker = document.getElementById("infusion")?.dataset.worker;
if (worker && "serviceWorker" in navigator)
  void navigator.serviceWorker.register(worker, { scope: "/infusion/" }).catch(() => {});
// On the card's own address its situation is the one that is shown.
const asked = /\/emergency(?:\/([a-z0-9-]+))?$/.exec(location.pathname);
if (asked?.[1]) show(asked[1]);
if (isShell) {
  void recall("card", /** @type {Own | null} */ (null)).then(fill);
  if (asked) openCard();
} else {
  void remember("card", ownWords());
  setInterval(() => void goBack(), ASK_EVERY_MS);
}
