// The idle lock: after the clinic's minutes without input, what names a patient is blurred and the
// password is asked for. The page stays as it is; alarms stay sharp and go on sounding.
// Activity in one tab counts for all tabs of this browser.

import { failing } from "./pulse.js";

const SHARED = "reprieve-active-at";
const TELL_SERVER_EVERY_MS = 60_000;
const LOCKED = 423;
const TOO_MANY = 429;
const GONE = 401;

const body = document.body;
const sheet = document.getElementById("lock");
const idleMs = Number(body.dataset.lockMin ?? "0") * 60_000;
let toldServerAt = Date.now();
let hasInput = false;

/** @returns {string} */
function token() {
  const field = document.querySelector("#lock [name=csrfmiddlewaretoken]");
  return field instanceof HTMLInputElement ? field.value : "";
}

/** @param {string} address @param {FormData} [form] */
async function post(address, form) {
  const headers = { "X-CSRFToken": token(), "X-Reprieve-Unlock": "1" };
  return fetch(address, { method: "POST", headers, body: form ?? new FormData() });
}

function note() {
  hasInput = true;
  try {
    localStorage.setItem(SHARED, String(Date.now()));
  } catch {
    // Storage may be refused: then this tab counts for itself.
  }
  lastSeen = Date.now();
}

let lastSeen = Date.now();

function seenAt() {
  try {
    return Math.max(lastSeen, Number(localStorage.getItem(SHARED) ?? "0"));
  } catch {
    return lastSeen;
  }
}

export function lock() {
  if (!(sheet instanceof HTMLDialogElement) || sheet.open) return;
  document.querySelector("details.menu[open]")?.removeAttribute("open");
  body.classList.add("is-locked");
  for (const open of document.querySelectorAll("dialog[open]"))
    if (open instanceof HTMLDialogElement) open.classList.add("veil");
  // Not modal on purpose: alarm buttons above the veil stay within reach.
  sheet.show();
  document.querySelector(".veil")?.setAttribute("inert", "");
  const field = sheet.querySelector("#lock-password");
  if (field instanceof HTMLElement) field.focus();
}

function unlock() {
  if (!(sheet instanceof HTMLDialogElement)) return;
  sheet.close();
  body.classList.remove("is-locked");
  for (const part of document.querySelectorAll(".veil")) part.removeAttribute("inert");
  for (const open of document.querySelectorAll("dialog.veil")) open.classList.remove("veil");
  note();
}

/** @param {SubmitEvent} event */
async function tryPassword(event) {
  event.preventDefault();
  const form = event.target;
  const error = document.getElementById("lock-error");
  if (!(form instanceof HTMLFormElement) || !error) return;
  error.textContent = "";
  try {
    const answer = await post(form.action, new FormData(form));
    if (answer.status === GONE) return location.reload();
    if (answer.ok) {
      form.reset();
      return unlock();
    }
    error.textContent = (answer.status === TOO_MANY ? error.dataset.blocked : error.dataset.wrong) ?? "";
  } catch {
    error.textContent = error.dataset.offline ?? "";
  }
}

/** The passkey is asked by the browser; its answer opens the lock like a password. */
async function tryPasskey() {
  const button = document.getElementById("lock-passkey");
  const form = sheet?.querySelector("form");
  const error = document.getElementById("lock-error");
  if (!button || !form || !error) return;
  error.textContent = "";
  try {
    const asked = await post(button.dataset.question ?? "");
    if (asked.status === GONE) return location.reload();
    const { request_options } = await asked.json();
    const answer = new FormData();
    // allauth's own script, loaded where the person has a passkey.
    const given = await /** @type {any} */ (window).webauthnJSON.get(request_options);
    answer.append("credential", JSON.stringify(given));
    if ((await post(form.action, answer)).ok) return unlock();
    error.textContent = error.dataset.refused ?? "";
  } catch {
    error.textContent = error.dataset.refused ?? "";
  }
}

/** The server knows of typing that sends nothing, so that it does not lock under the hands. */
async function tellServer() {
  if (!hasInput || Date.now() - toldServerAt < TELL_SERVER_EVERY_MS) return;
  toldServerAt = Date.now();
  hasInput = false;
  try {
    const answer = await post(body.dataset.lockActive ?? "");
    if (answer.status === LOCKED) lock();
  } catch {
    // No answer is the watchdog's matter, not the lock's.
  }
}

/** The screen locks here and on the server together, so that a reload opens nothing. */
function lockBoth() {
  if (body.classList.contains("is-locked")) return;
  lock();
  void post(body.dataset.lockNow ?? "").catch(() => undefined);
}

function look() {
  // Nobody could unlock without a server, and the patient must be charted: the lock waits for it.
  if (failing()) return;
  if (Date.now() - seenAt() > idleMs) lockBoth();
  else void tellServer();
}

/** Another tab of this browser was unlocked: this one follows when the server agrees. */
async function followUnlock() {
  if (!body.classList.contains("is-locked")) return;
  const answer = await post(body.dataset.lockActive ?? "").catch(() => undefined);
  if (answer?.ok) unlock();
}

if (idleMs > 0 && sheet) {
  for (const kind of ["pointerdown", "keydown", "wheel", "touchstart"])
    document.addEventListener(kind, () => body.classList.contains("is-locked") || note(), { passive: true });
  sheet.querySelector("form")?.addEventListener("submit", tryPassword);
  document.getElementById("lock-passkey")?.addEventListener("click", () => void tryPasskey());
  document.addEventListener("visibilitychange", look);
  document.addEventListener("reprieve:lock", lock);
  window.addEventListener("storage", (event) => {
    if (event.key === SHARED) void followUnlock();
  });
  setInterval(look, 5_000);
  note();
  hasInput = false;
}

document.getElementById("lock-now")?.addEventListener("click", lockBoth);
