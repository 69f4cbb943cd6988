// Alarm sounds after the pattern of IEC 60601-1-8: high 5 + 5 tones, medium 3, low 1. Only the worst
// active alarm sounds. Browsers keep audio shut until a press; a shut or suspended audio is shown.

/** @typedef {"high" | "medium" | "low"} Priority */

/** @type {Record<Priority, {tones: number[], hz: number, length: number, every: number}>} */
const PATTERNS = {
  high: {
    tones: [0, 0.15, 0.3, 0.65, 0.8, 1.3, 1.45, 1.6, 1.95, 2.1],
    hz: 880,
    length: 0.1,
    every: 7_000,
  },
  medium: { tones: [0, 0.35, 0.7], hz: 660, length: 0.18, every: 15_000 },
  low: { tones: [0], hz: 520, length: 0.2, every: 30_000 },
};
/** @type {Priority[]} */
const WORST_FIRST = ["high", "medium", "low"];
const HARMONICS = [1, 2, 3, 4];

/** @type {AudioContext | null} */
let audio = null;
/** @type {Map<string, Priority>} */
const active = new Map();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let next;
/** @type {Priority | undefined} */
let sounding;

/** Sound an alarm of this priority under a name until `quiet(name)`.
 * @param {Priority} priority @param {string} name */
export function sound(priority, name) {
  active.set(name, priority);
  choose();
}

/** End the sound of a name. @param {string} name */
export function quiet(name) {
  active.delete(name);
  choose();
}

/** @returns {boolean} whether a sound would be heard as far as the browser tells */
export function isOn() {
  return audio?.state === "running";
}

/** Play one pattern once, to hear that it works. @param {Priority} priority */
export async function test(priority) {
  await unlock();
  play(priority);
}

export async function unlock() {
  audio ??= new AudioContext();
  audio.onstatechange = show;
  await audio.resume();
  show();
  choose();
}

function choose() {
  const worst = WORST_FIRST.find((p) => [...active.values()].includes(p));
  if (worst === sounding) return;
  clearTimeout(next);
  sounding = worst;
  if (worst) repeat(worst);
}

/** @param {Priority} priority */
function repeat(priority) {
  play(priority);
  next = setTimeout(() => repeat(priority), PATTERNS[priority].every);
}

/** @param {Priority} priority */
function play(priority) {
  if (!audio || audio.state !== "running") return show();
  const { tones, hz, length } = PATTERNS[priority];
  for (const at of tones) tone(audio, audio.currentTime + at, hz, length);
}

/** Four harmonics, so that the sound can be placed in a room. @param {AudioContext} context
 * @param {number} at @param {number} hz @param {number} length */
function tone(context, at, hz, length) {
  const gain = context.createGain();
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.3, at + 0.02);
  gain.gain.setValueAtTime(0.3, at + length - 0.02);
  gain.gain.linearRampToValueAtTime(0, at + length);
  gain.connect(context.destination);
  for (const harmonic of HARMONICS) {
    const voice = context.createOscillator();
    voice.frequency.value = hz * harmonic;
    const share = context.createGain();
    share.gain.value = 1 / (harmonic * HARMONICS.length);
    voice.connect(share).connect(gain);
    voice.start(at);
    voice.stop(at + length);
  }
}

function show() {
  for (const button of document.querySelectorAll("[data-sound-unlock]")) {
    if (!(button instanceof HTMLElement)) continue;
    const words = (isOn() ? button.dataset.on : button.dataset.off) ?? "";
    const label = button.querySelector("span");
    if (label && label.textContent !== words) label.textContent = words;
    const use = button.querySelector("use");
    const address = use?.getAttribute("href")?.split("#")[0];
    use?.setAttribute("href", `${address}#${isOn() ? "bell" : "bell-off"}`);
    button.classList.toggle("btn-danger", !isOn());
  }
}

// The bar says which alarm sounds: `data-sounds="high"` on any element, kept current by live parts.
function follow() {
  const marked = document.querySelector("[data-sounds]");
  const wanted = marked instanceof HTMLElement ? marked.dataset.sounds : "";
  const priority = WORST_FIRST.find((p) => p === wanted);
  if (priority) sound(priority, "alarms");
  else quiet("alarms");
  show();
}

document.addEventListener("click", (event) => {
  const pressed = event.target instanceof Element && event.target.closest("[data-sound-unlock]");
  if (pressed) void test("low");
  else if (audio?.state !== "running") void unlock().catch(() => undefined);
});
document.addEventListener("reprieve:live", follow);
setInterval(show, 2_000);
follow();
// After a press on the page before, most browsers let this one sound at once; others wait for a press.
void unlock().catch(() => undefined);
