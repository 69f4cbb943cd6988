// Live parts: `<div data-live="/live/...">` asks once a second for what is new after its cursor and
// takes the answer in place. 204 is nothing new. Without an answer it asks less often, up to 8 s.
// The answer is HTML whose root carries `data-cursor` and the server's time, `data-now`; parts with an id that did not change are left
// alone, so that focus, an open list and what is being typed survive.

import { heard, lost, stopped, unwell } from "./pulse.js";

const EVERY_MS = 1_000;
const SLOWEST_MS = 8_000;
const NOTHING_NEW = 204;
const STOPPED = "X-Reprieve-Alarms-Stopped";
// Said by a proxy in front of a server that is not there.
const GATEWAYS = new Set([502, 504]);

/** @param {HTMLElement} part */
export function follow(part) {
  let wait = EVERY_MS;
  let stopped = false;

  async function ask() {
    if (stopped || !part.isConnected) return;
    wait = (await once(part)) ? EVERY_MS : Math.min(wait * 2, SLOWEST_MS);
    setTimeout(ask, wait);
  }
  setTimeout(ask, EVERY_MS);
  return () => {
    stopped = true;
  };
}

/** @param {HTMLElement} part @returns {Promise<boolean>} whether the server answered */
async function once(part) {
  const address = new URL(part.dataset.live ?? "", location.href);
  address.searchParams.set("after", part.dataset.cursor ?? "");
  try {
    const answer = await fetch(address, {
      headers: { "X-Reprieve-Live": "1" },
      signal: AbortSignal.timeout(5_000),
    });
    if (!answer.ok) return refused(answer);
    heard();
    if (answer.status !== NOTHING_NEW) take(part, await answer.text());
    return true;
  } catch {
    lost();
    return false;
  }
}

/** No answer that counts: the watchdog goes on waiting. @param {Response} answer @returns {false} */
function refused(answer) {
  if (GATEWAYS.has(answer.status)) lost();
  else if (answer.headers.has(STOPPED)) stopped();
  else unwell();
  return false;
}

/** @param {HTMLElement} part @param {string} html */
export function take(part, html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
  if (!fresh) return;
  const cursor = fresh.getAttribute("data-cursor");
  if (cursor !== null) part.dataset.cursor = cursor;
  const now = fresh.getAttribute("data-now");
  if (now !== null) part.dataset.now = now;
  for (const piece of fresh.querySelectorAll("[id]")) replace(piece);
  part.dispatchEvent(new CustomEvent("reprieve:live", { bubbles: true, detail: fresh }));
}

/** Parts that came while a finger was on the old ones, by id.
 * @type {Map<string, Element>} */
const pressed = new Map();

function lifted() {
  const pieces = [...pressed.values()];
  pressed.clear();
  pieces.forEach(replace);
}

/** @param {Element} piece */
function replace(piece) {
  const old = document.getElementById(piece.id);
  pressed.delete(piece.id);
  // A list that somebody opened stays open.
  if (old instanceof HTMLDetailsElement && piece instanceof HTMLDetailsElement) piece.open = old.open;
  if (!old || old.outerHTML === piece.outerHTML) return;
  const active = document.activeElement;
  const typing = active instanceof HTMLElement && active.matches("input, textarea, select");
  if (typing && old.contains(active)) return;
  // A button replaced between a finger's landing and its lifting would never be clicked.
  if (old.matches(":active")) {
    pressed.set(piece.id, piece);
    return;
  }
  const focused = active && old.contains(active) ? nameOf(active) : "";
  const fresh = document.importNode(piece, true);
  old.replaceWith(fresh);
  if (focused) focusAgain(fresh, focused);
}

/** What tells a link or button from its neighbours, in the old part and in the new.
 * @param {Element} element */
function nameOf(element) {
  const own = element.id || element.getAttribute("href") || element.getAttribute("data-acknowledge");
  return own || `${element.tagName} ${element.textContent?.trim()}`;
}

/** @param {Element} part @param {string} name */
function focusAgain(part, name) {
  const found = [part, ...part.querySelectorAll("[id], a, button, summary")].find((one) => nameOf(one) === name);
  if (found instanceof HTMLElement) found.focus();
}

// After the click that the lifting makes.
for (const name of ["pointerup", "pointercancel", "keyup"])
  document.addEventListener(name, () => setTimeout(lifted));
for (const part of document.querySelectorAll("[data-live]"))
  if (part instanceof HTMLElement) follow(part);
