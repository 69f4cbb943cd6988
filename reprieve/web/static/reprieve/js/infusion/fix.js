// A correction begins with what stands on the chart: the dialog names the line and shows its values.

import { openDialog } from "../dialog.js";
import { renumber } from "./entries.js";

/** @param {HTMLElement} button the line's own, with its values */
export function openFix(button) {
  const { fix, row, fill, about } = button.dataset;
  open(fix ?? "", row ?? "", about ?? "", JSON.parse(fill || "{}"));
}

/** From a correction that is open: the same line did not happen at all. @param {HTMLElement} button
 * @param {string} kind the entry that says so */
export function openNever(button, kind) {
  const dialog = button.closest("dialog");
  const entry = dialog?.querySelector('[name="entry"]');
  if (!dialog || !(entry instanceof HTMLInputElement)) return;
  const about = dialog.querySelector("[data-about]")?.textContent ?? "";
  dialog.close();
  open(kind, entry.value, about, {});
}

/** @param {string} kind @param {string} row @param {string} about
 * @param {Record<string, unknown>} values */
function open(kind, row, about, values) {
  const form = document.querySelector(`#entry-${kind} form`);
  if (!(form instanceof HTMLFormElement)) return;
  clear(form);
  set(form, "entry", row);
  for (const [name, value] of Object.entries(values)) set(form, name, value);
  const line = document.querySelector(`#entry-${kind} [data-about]`);
  if (line) line.textContent = about;
  form.closest("dialog")?.addEventListener("close", () => backTo(row), { once: true });
  openDialog(`entry-${kind}`);
}

/** The focus goes back to the line, which may have been drawn anew meanwhile. @param {string} row */
function backTo(row) {
  const line = document.querySelector(`[data-fix][data-row="${CSS.escape(row)}"]`);
  if (line instanceof HTMLElement) line.focus();
}

/** Nothing of another line stays: neither its values nor its number nor what was refused.
 * @param {HTMLFormElement} form */
function clear(form) {
  for (const said of form.querySelectorAll(".form-errors, .error:not(.no-answer)")) said.remove();
  for (const bad of form.querySelectorAll(".field-bad")) bad.classList.remove("field-bad");
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  for (const name of ["at", "reason", "sure"]) set(form, name, "");
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
