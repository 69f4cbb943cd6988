// What a model expects, behind a toggle: fetched when it is opened (at once where the page says so)
// and again while it stays open where it has a pace. Closed, nothing is asked and nothing is shown.
//
// <button data-part="/address" aria-controls="id" aria-expanded="false" data-again-s="60" data-at-once>

import { draw } from "./chart.js";

const SECOND = 1_000;
const HEADERS = { "X-Reprieve-Part": "1" };
const LOCKED = 423;

/** @param {HTMLButtonElement} button */
function wire(button) {
  const place = document.getElementById(button.getAttribute("aria-controls") ?? "");
  if (!place) return;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  button.addEventListener("click", () => {
    const opens = button.getAttribute("aria-expanded") === "false";
    button.setAttribute("aria-expanded", String(opens));
    place.hidden = !opens;
    clearInterval(timer);
    if (!opens) return place.replaceChildren();
    void show(button, place);
    const pace = Number(button.dataset.againS ?? 0) * SECOND;
    if (pace) timer = setInterval(() => void show(button, place), pace);
  });
  if ("atOnce" in button.dataset) button.click();
}

/** A reader in the table or the chart is not disturbed by a fresh one.
 * @param {HTMLButtonElement} button @param {HTMLElement} place */
async function show(button, place) {
  if (place.contains(document.activeElement) || place.querySelector("details[open]")) return;
  try {
    const answer = await fetch(button.dataset.part ?? "", { headers: HEADERS });
    if (answer.status === LOCKED) return document.dispatchEvent(new Event("reprieve:lock"));
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (button.getAttribute("aria-expanded") !== "true") return;
    place.replaceChildren(...[...fresh.body.children].map((one) => document.importNode(one, true)));
    for (const figure of place.querySelectorAll("[data-chart]"))
      if (figure instanceof HTMLElement) await draw(figure);
  } catch {
    place.textContent = place.dataset.lost ?? "";
  }
}

for (const button of document.querySelectorAll("button[data-part]"))
  if (button instanceof HTMLButtonElement) wire(button);
