// What every page can do: open and close dialogs, go back, print, the undo toast, unit toggles.
import { wireDialogs } from "./dialog.js";
import { wireTables } from "./tables.js";
import { wireUnits } from "./units.js";

/** @param {string} selector @param {(element: HTMLElement) => void} act */
function onPress(selector, act) {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target.closest(selector) : null;
    if (target instanceof HTMLElement) act(target);
  });
}

onPress("[data-back]", () => history.back());
onPress("[data-print]", () => window.print());
wireDialogs(document);
wireTables(document);
wireUnits(document);

// One menu is open at a time, and a press elsewhere or Escape closes it.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (event.target instanceof Node && !menu.contains(event.target)) menu.removeAttribute("open");
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.removeAttribute("open");
    menu.querySelector("summary")?.focus();
  }
});

// On a narrow screen the present step of the pathway is brought into view.
for (const step of document.querySelectorAll(".pathway [aria-current=step]")) {
  const line = step.parentElement;
  if (line && step instanceof HTMLElement)
    line.scrollLeft = step.offsetLeft - (line.clientWidth - step.clientWidth) / 2;
}

// After a refused form the summary of errors gets the focus.
const summary = document.querySelector("[data-focus]");
if (summary instanceof HTMLElement) summary.focus();

for (const toast of document.querySelectorAll("[data-toast]"))
  if (toast instanceof HTMLElement)
    setTimeout(() => toast.remove(), Number(toast.dataset.toast) * 1000);

// What arrives by htmx gets the same abilities.
document.addEventListener("htmx:load", (event) => {
  const part = event.target;
  if (part instanceof HTMLElement) {
    wireDialogs(part);
    wireTables(part);
    wireUnits(part);
  }
});
