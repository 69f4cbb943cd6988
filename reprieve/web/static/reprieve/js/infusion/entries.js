// Entries: one press opens, two save. What is refused is said in the open dialog; nothing is lost.
// Each entry has a number of its own, so that a press repeated after a lost answer happens once.

const FETCHED = "X-Reprieve-Entry";
const SAVED = 204;
const LOCKED = 423;
const SAID_MS = 2_500;

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
    // Not form.action: a field may have that name and would stand in its place.
    const answer = await post(form.getAttribute("action") ?? "", new FormData(form));
    if (answer.status === LOCKED) return document.dispatchEvent(new Event("reprieve:lock"));
    if (answer.status === SAVED) return saved(form);
    refused(form, await answer.text());
  } catch {
    say(form, true);
  } finally {
    if (button) button.disabled = false;
  }
}

/** @param {string} address @param {FormData} fields */
export function post(address, fields) {
  const headers = { [FETCHED]: "1" };
  return fetch(address, { method: "POST", body: fields, headers, redirect: "manual" });
}

/** The answer was lost: the same number may be sent again. @param {HTMLFormElement} form
 * @param {boolean} isLost */
function say(form, isLost) {
  const words = form.querySelector(".no-answer");
  if (words instanceof HTMLElement) words.hidden = !isLost;
}

/** @param {HTMLFormElement} form */
function saved(form) {
  form.reset();
  form.querySelector(".form-errors")?.remove();
  say(form, false);
  renumber(form);
  form.closest("dialog")?.close();
  const toast = document.getElementById("saved");
  if (!toast) return;
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
function renumber(form) {
  const field = form.elements.namedItem("act");
  if (field instanceof HTMLInputElement) field.value = number();
}

/** @returns {string} a number that no other act has */
export function number() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
