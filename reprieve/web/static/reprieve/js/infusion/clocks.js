// Clocks of the live pages: elapsed, left, due and the age of each value tick in the browser; the
// server's time counts, so that a wrong tablet clock shows nothing wrong.

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
// A measurement so far below the others says that the server's clock was set, not that an answer was
// slow; this device's was set where it moved against the clock that nobody sets.
const SERVER_SET_MS = MINUTE;
const DEVICE_SET_MS = SECOND;

let offset = 0;
/** The server's time that was measured last, as it came. */
let told = "";
/** This device's clock against the one that nobody sets, at that moment. */
let beat = 0;

/** @returns {number} how far the server's clock is ahead of this one, in ms */
export function clockOffset() {
  return offset;
}

/** @returns {number} the server's time in ms */
export function now() {
  return Date.now() + offset;
}

/** Take the server's time from any element that carries it. It is late by the time that the answer
 * took, and never early: the greatest distance measured is nearest to the truth. */
function learn() {
  const marked = document.querySelector("[data-now]");
  const now = marked instanceof HTMLElement ? (marked.dataset.now ?? "") : "";
  if (now === "" || now === told) return;
  const found = Number(now) - Date.now();
  const was = beat;
  beat = Date.now() - performance.now();
  const isAnew = told === "" || Math.abs(beat - was) > DEVICE_SET_MS || found < offset - SERVER_SET_MS;
  if (isAnew || found > offset) offset = found;
  told = now;
}

/** @param {number} ms @returns {string} as 1:42:05 or 4:07, with a sign when it is over */
export function span(ms) {
  const left = Math.floor(Math.abs(ms) / SECOND);
  const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
  const tail = `${String(minutes).padStart(hours ? 2 : 1, "0")}:${String(seconds).padStart(2, "0")}`;
  return `${ms < 0 ? "+" : ""}${hours ? `${hours}:` : ""}${tail}`;
}

/** @param {number} ms @returns {string} as 40 s, 3 min, 2 h */
function age(ms) {
  if (ms < MINUTE) return `${Math.max(0, Math.floor(ms / SECOND))} s`;
  return ms < HOUR ? `${Math.floor(ms / MINUTE)} min` : `${Math.floor(ms / HOUR)} h`;
}

/** @param {string} name @param {(element: HTMLElement, value: number) => void} act */
function each(name, act) {
  for (const element of document.querySelectorAll(`[data-${name}]`))
    if (element instanceof HTMLElement) act(element, Number(element.dataset[name]));
}

/** @param {Element | null} element @param {string} text */
function say(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

export function tick() {
  const at = now();
  each("since", (element, from) => say(element, span(at - from)));
  each("span", (element, ms) => say(element, span(ms)));
  each("until", (element, until) => say(element, span(Math.max(0, until - at))));
  each("left", (element, ms) => {
    const gone = at - Number(element.dataset.from);
    say(element, span(Math.max(0, ms - gone)));
  });
  each("due", (element, due) => {
    element.classList.toggle("overdue", due < at);
    say(element.querySelector("[data-countdown]"), span(due - at));
  });
  each("taken", (element, taken) => {
    element.classList.toggle("tile-old", at - taken > Number(element.dataset.old));
    say(element.querySelector("[data-age]"), age(at - taken));
  });
}

document.addEventListener("reprieve:live", () => {
  learn();
  tick();
});
learn();
tick();
setInterval(tick, SECOND);
