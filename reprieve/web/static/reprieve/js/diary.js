// The diary: one question a screen; a press answers and goes on. Without a connection the day waits
// in this browser and is sent, with the same number, when the connection is back: it counts once.
import { keep, sendAll } from "./diary-queue.js";
import { clinicNow, days, learn } from "./diary-time.js";

const AFTER_PRESS_MS = 180;
const RETRY_MS = 30_000;

/** @param {HTMLFormElement} form */
function wire(form) {
  const steps = /** @type {HTMLElement[]} */ ([...form.querySelectorAll("[data-step]")]);
  const previous = button(form, "[data-previous]");
  const skip = button(form, "[data-skip]");
  const send = button(form, "[data-send]");
  const error = /** @type {HTMLElement} */ (form.querySelector("[data-error]"));
  let at = 0;

  /** @param {number} wanted @param {boolean} [focus] */
  function show(wanted, focus = true) {
    at = Math.max(0, Math.min(steps.length - 1, wanted));
    steps.forEach((step, n) => (step.hidden = n !== at));
    form.querySelector(".diary-day")?.toggleAttribute("hidden", at > 0);
    previous.hidden = at === 0;
    skip.hidden = at === steps.length - 1;
    send.hidden = at < steps.length - 1;
    progress(form, at + 1, steps.length);
    if (focus) /** @type {HTMLElement | null} */ (steps[at].querySelector(".question"))?.focus();
  }

  form.addEventListener("change", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement)) return;
    error.hidden = true;
    warn(form);
    limitWorst(form);
    const step = steps[at].dataset.step;
    const calm = !(step === "mood" && isLow(form));
    if (field.name === step && calm) setTimeout(() => show(at + 1), AFTER_PRESS_MS);
  });
  previous.addEventListener("click", () => show(at - 1));
  skip.addEventListener("click", () => show(at + 1));

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    send.disabled = true;
    keep(form, clinicNow());
    await deliver(true);
    send.disabled = false;
  });

  /** @param {boolean} now whether the person waits for the answer */
  async function deliver(now) {
    const result = await sendAll(form);
    say(form, result.waiting ? "waiting" : result.sent && !now ? "sent" : "");
    if (result.refused) {
      error.textContent = result.refused.error;
      error.hidden = false;
    }
    if (result.refused && now) {
      const place = steps.findIndex((step) => step.dataset.step === result.refused?.field);
      if (place >= 0) show(place);
      renew(form);
    } else if (now && result.sent) {
      location.assign(`${location.pathname}/saved${result.alert ? "?alert" : ""}`);
    } else if (now) {
      kept(form);
    }
  }

  // A page that was kept, or left open, is a new day each time: with the number of the last one it
  // would take that one's place.
  function begin() {
    renew(form);
    days(form);
  }

  learn(form);
  begin();
  show(0, false);
  void deliver(false);
  window.addEventListener("online", () => void deliver(false));
  setInterval(() => void deliver(false), RETRY_MS);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !form.querySelector("[data-step] input:checked")) days(form);
  });
  window.addEventListener("pageshow", (event) => event.persisted && begin());
}

/** @param {HTMLFormElement} form @param {string} selector */
function button(form, selector) {
  return /** @type {HTMLButtonElement} */ (form.querySelector(selector));
}

/** @param {HTMLFormElement} form @param {number} step @param {number} of */
function progress(form, step, of) {
  const head = /** @type {HTMLElement} */ (form.querySelector("[data-progress]"));
  const bar = /** @type {HTMLProgressElement} */ (head.querySelector("progress"));
  const text = /** @type {HTMLElement} */ (head.querySelector("[data-progress-text]"));
  head.hidden = false;
  bar.max = of;
  bar.value = step;
  const words = text.dataset.words ?? "";
  text.textContent = words.replace("{step}", String(step)).replace("{of}", String(of));
}

/** @param {HTMLFormElement} form @param {string} name @returns {number | null} */
function answer(form, name) {
  const field = form.querySelector(`[name="${name}"]:checked`);
  return field instanceof HTMLInputElement ? Number(field.value) : null;
}

/** @param {HTMLFormElement} form */
function isLow(form) {
  const mood = answer(form, "mood");
  return mood !== null && mood <= Number(form.dataset.moodLimit);
}

/** The words of whom to call stand on the page itself: they need no connection.
 * @param {HTMLFormElement} form */
function warn(form) {
  const text = form.querySelector("[data-crisis-mood]");
  if (text instanceof HTMLElement) text.hidden = !isLow(form);
}

/** The worst pain is never below the average. @param {HTMLFormElement} form */
function limitWorst(form) {
  const average = answer(form, "average_pain") ?? 0;
  for (const field of form.querySelectorAll('[name="worst_pain"]'))
    if (field instanceof HTMLInputElement) {
      field.disabled = Number(field.value) < average;
      if (field.disabled) field.checked = false;
    }
}

/** @param {HTMLFormElement} form @param {"waiting" | "sent" | ""} word */
function say(form, word) {
  const state = form.querySelector("[data-state]");
  if (state instanceof HTMLElement) state.textContent = word ? (state.dataset[word] ?? "") : "";
}

/** @param {HTMLFormElement} form */
function kept(form) {
  const words = document.getElementById("diary-kept");
  form.hidden = true;
  if (words) words.hidden = false;
  words?.querySelector("h1")?.focus();
}

/** A refused day was not saved, and the next day is another one: each try is another act. Without
 * a secure connection there is no such number, nor a kept page that would need it.
 * @param {HTMLFormElement} form */
function renew(form) {
  const field = form.querySelector('[name="act"]');
  if (field instanceof HTMLInputElement && "randomUUID" in crypto)
    field.value = crypto.randomUUID();
}

const form = document.getElementById("diary");
if (form instanceof HTMLFormElement) {
  wire(form);
  if ("serviceWorker" in navigator && form.dataset.worker)
    void navigator.serviceWorker.register(form.dataset.worker, { scope: "/d/" }).catch(() => {});
}
