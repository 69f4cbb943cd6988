// Entries: one press opens, two save. What is refused is said in the open dialog; nothing is lost.
// Each entry has a number of its own, so that a press repeated after a lost answer happens once.
// Without an answer the entry is kept on this tablet, if it may be, and sent later.

import { heard } from "../pulse.js";
import { isCut, keep } from "./offline.js";
import { number } from "./number.js";

const FETCHED = "X-Reprieve-Entry";
const SAVED = 204;
const LOCKED = 423;
const SAID_MS = 2_500;
const PATIENCE_MS = 5_000;
const BROKEN = 500;

/** @param {Document | Element} root */
export function wireEntries(root) {
  for (const form of root.querySelectorAll("form[data-entry]:not([data-ready])")) {
    if (!(form instanceof HTMLFormElement) || !form.closest("dialog")) continue;
    form.dataset.ready = "1";
    form.addEventListener("submit", (event) => void send(event, form));
  }
}

/** @param {SubmitEvent} event @param {HTMLFormElement} form */
async function send(event, form) {
  event.preventDefault();
  const button = event.submitter instanceof HTMLButtonElement ? event.submitter : null;
  if (button) button.disabled = true;
  try {
    if (isCut() && (await kept(form))) return;
    // Not form.action: a field may have that name and would stand in its place.
    const answer = await post(form.getAttribute("action") ?? "", new FormData(form));
    if (answer.status >= BROKEN) throw new Error(String(answer.status));
    heard();
    if (answer.status === LOCKED) return document.dispatchEvent(new Event("reprieve:lock"));
    if (answer.status === SAVED) return saved(form);
    refused(form, await answer.text());
  } catch {
    if (!(await kept(form).catch(() => false))) say(form, true);
  } finally {
    if (button) button.disabled = false;
  }
}

/** Keep the entry on this tablet. @param {HTMLFormElement} form
 * @returns {Promise<boolean>} whether nothing more is to be done now */
async function kept(form) {
  const done = await keep(form);
  if (done === "kept") saved(form, "kept");
  return done !== "no";
}

/** @param {string} address @param {FormData} fields @param {number} [patience] in ms */
export function post(address, fields, patience = PATIENCE_MS) {
  const headers = { [FETCHED]: "1" };
  return fetch(address, { method: "POST", body: fields, headers, redirect: "manual", signal: AbortSignal.timeout(patience) });
}

/** The answer was lost: the same number may be sent again. @param {HTMLFormElement} form
 * @param {boolean} isLost */
function say(form, isLost) {
  const words = form.querySelector(".no-answer");
  if (words instanceof HTMLElement) words.hidden = !isLost;
}

/** @param {HTMLFormElement} form @param {"saved" | "kept"} [where] */
function saved(form, where = "saved") {
  form.reset();
  form.querySelector(".form-errors")?.remove();
  say(form, false);
  renumber(form);
  form.closest("dialog")?.close();
  tell(where);
}

/** For a moment, in words that the page brings. @param {"saved" | "kept" | "unanswered"} what */
export function tell(what) {
  const toast = document.getElementById("saved");
  if (!toast) return;
  const words = toast.querySelector("span");
  if (words) words.textContent = toast.dataset[what] ?? "";
  toast.hidden = false;
  setTimeout(() => (toast.hidden = true), SAID_MS);
}

/** @param {HTMLFormElement} form @param {string} html */
function refused(form, html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("form[data-entry]");
  if (!fresh) return say(form, true);
  const dialog = form.closest("dialog");
  form.replaceWith(document.importNode(fresh, true));
  if (!dialog) return;
  wireEntries(dialog);
  wireClose(dialog);
  const summary = dialog.querySelector(".form-errors");
  if (summary instanceof HTMLElement) summary.focus();
}

/** @param {Element} dialog */
function wireClose(dialog) {
  for (const button of dialog.querySelectorAll("[data-close]"))
    button.addEventListener("click", () => dialog instanceof HTMLDialogElement && dialog.close());
}

/** @param {HTMLFormElement} form */
export function renumber(form) {
  const field = form.elements.namedItem("act");
  if (field instanceof HTMLInputElement) field.value = number();
}
