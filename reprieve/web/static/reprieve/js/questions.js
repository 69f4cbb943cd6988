// Questions that follow an answer, and words that must be read at once. `data-follows="field=value"`
// shows a question when it is due and forgets its answer when it is not; `data-crisis="field"`
// shows its text as soon as the field is answered above zero, with a connection or without.

/** @param {HTMLFormElement} form */
function wire(form) {
  function look() {
    for (const row of form.querySelectorAll("[data-follows]"))
      if (row instanceof HTMLElement) follow(form, row);
    for (const text of form.querySelectorAll("[data-crisis]"))
      if (text instanceof HTMLElement) warn(form, text);
  }
  form.addEventListener("change", look);
  look();
}

/** @param {HTMLFormElement} form @param {string} name @returns {string} */
function chosen(form, name) {
  const field = form.querySelector(`[name="${CSS.escape(name)}"]:checked`);
  return field instanceof HTMLInputElement ? field.value : "";
}

/** @param {HTMLFormElement} form @param {HTMLElement} row */
function follow(form, row) {
  const [name, value] = (row.dataset.follows ?? "").split("=");
  row.hidden = chosen(form, name) !== value;
  if (!row.hidden) return;
  for (const field of row.querySelectorAll("input")) field.checked = false;
}

/** @param {HTMLFormElement} form @param {HTMLElement} text */
function warn(form, text) {
  text.hidden = !(Number(chosen(form, text.dataset.crisis ?? "")) > 0);
}

for (const form of document.querySelectorAll("form[data-draft]"))
  if (form instanceof HTMLFormElement) wire(form);
