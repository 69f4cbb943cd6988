// The infusion's screen: live parts, grid, entries, and keys.

import { openDialog } from "../dialog.js";
import { test } from "../sound.js";
import "./answers.js";
import "./clocks.js";
import "./emergency.js";
import { wireEntries } from "./entries.js";
import { openFix, openNever } from "./fix.js";
import { draw } from "./grid.js";
import { merged } from "./model.js";
import { isCut, mayBeKept } from "./offline.js";
import "./sync.js";

const box = document.getElementById("grid");
/** @type {import("./model.js").Grid | null} */
let grid = null;

/** @param {ParentNode} source */
function takeGrid(source) {
  const text = source.querySelector("#live-grid")?.textContent;
  if (!text || !box) return;
  grid = merged(grid, JSON.parse(text));
  draw(box, grid);
}

/** Buttons that the state does not allow are switched off, with the reason left to the server, and
 * without a connection those whose entries cannot be kept. */
function allow() {
  const state = document.getElementById("live-status")?.dataset.state ?? "";
  for (const button of document.querySelectorAll("button[data-states]"))
    if (button instanceof HTMLButtonElement)
      button.disabled = !(button.dataset.states ?? "").split(" ").includes(state) || needsServer(button);
}

/** @param {HTMLElement} button */
function needsServer(button) {
  return isCut() && !mayBeKept((button.dataset.open ?? "").replace("entry-", ""));
}

/** @param {HTMLElement} button */
function press(button) {
  const { correct, over, fix, never, soundTest } = button.dataset;
  if (soundTest === "high") void test("high");
  else if (correct !== undefined) openAbout(button, "correct", "observation", correct);
  else if (over !== undefined) openAbout(button, "harm_end", "harm", over);
  else if (fix !== undefined) openFix(button);
  else if (never !== undefined) openNever(button, never);
}

/** Open an entry's dialog about one line of the chart, named in a hidden field.
 * @param {HTMLElement} button @param {string} entry @param {string} name @param {string} row */
function openAbout(button, entry, name, row) {
  const field = document.querySelector(`#entry-${entry} [name=${name}]`);
  if (field instanceof HTMLInputElement) field.value = row;
  openDialog(`entry-${entry}`, button);
}

/** A button's own key opens it, without a modifier and outside of fields.
 * @param {KeyboardEvent} event */
function key(event) {
  const target = event.target;
  const typing = target instanceof HTMLElement && target.matches("input, textarea, select");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  const openers = document.querySelectorAll(`button[data-key="${CSS.escape(event.key)}"]:enabled`);
  const opener = [...openers].find((one) => one.checkVisibility()) ?? openers[0];
  if (!(opener instanceof HTMLButtonElement)) return;
  event.preventDefault();
  openDialog(opener.dataset.open ?? "", opener);
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (button) press(button);
});
document.addEventListener("keydown", key);
document.addEventListener("reprieve:live", (event) => {
  const fresh = /** @type {CustomEvent<Element>} */ (event).detail;
  takeGrid(fresh);
  allow();
});
for (const name of ["reprieve:lost", "reprieve:back"]) document.addEventListener(name, allow);
if (box) new ResizeObserver(() => grid && draw(box, grid)).observe(box);
takeGrid(document);
allow();
wireEntries(document);
