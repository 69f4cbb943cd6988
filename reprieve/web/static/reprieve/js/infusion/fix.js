// A correction begins with what stands on the chart: the dialog names the line and shows its values.

import { openDialog } from "../dialog.js";
import { renumber } from "./entries.js";

/** @param {HTMLElement} button the line's own, with its values */
export function openFix(button) {
  const { fix, row, fill, about } = button.dataset;
  const form = document.querySelector(`#entry-${fix} form`);
  if (!(form instanceof HTMLFormElement)) return;
  clear(form);
  set(form, "entry", row ?? "");
  for (const [name, value] of Object.entries(JSON.parse(fill || "{}"))) set(form, name, value);
  const line = document.querySelector(`#entry-${fix} [data-about]`);
  if (line) line.textContent = about ?? "";
  openDialog(`entry-${fix}`, button);
}

/** Nothing of another line stays: neither its values nor its number nor what was refused.
 * @param {HTMLFormElement} form */
function clear(form) {
  form.querySelector(".form-errors")?.remove();
  for (const name of ["at", "reason"]) set(form, name, "");
  renumber(form);
}

/** @param {HTMLFormElement} form @param {string} name @param {unknown} value */
function set(form, name, value) {
  for (const field of form.querySelectorAll(`[name="${name}"]`)) {
    if (field instanceof HTMLInputElement && field.type === "radio") field.checked = field.value === String(value);
    else if (field instanceof HTMLInputElement && field.type === "checkbox") field.checked = value === true;
    else if (isTyped(field)) field.value = String(value);
  }
}

/** @param {Element} field @returns {field is HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} */
function isTyped(field) {
  return field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement;
}
