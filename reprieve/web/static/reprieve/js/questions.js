// Questions that follow an answer, words that must be read at once, and how much is answered.
// `data-follows="field=value"` shows a question when it is due and forgets its answer when it is
// not; `data-crisis="field"` shows its text as soon as the field is answered above zero, with a
// connection or without; `data-answered` counts the questions that are due and answered.

/** @param {HTMLFormElement} form */
function wire(form) {
  function look() {
    for (const row of form.querySelectorAll("[data-follows]"))
      if (row instanceof HTMLElement) follow(form, row);
    for (const text of form.querySelectorAll("[data-crisis]"))
      if (text instanceof HTMLElement) warn(form, text);
    count(form);
  }
  for (const happened of ["change", "restored"]) form.addEventListener(happened, look);
  setTimeout(look); // after a draft that waited here was filled in
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

/** @param {HTMLFormElement} form */
function count(form) {
  const line = form.querySelector("[data-answered]");
  if (!(line instanceof HTMLElement)) return;
  const due = [...form.querySelectorAll(".question-row:not([hidden])")];
  const done = due.filter((row) => row.querySelector("input:checked") || typed(row));
  const words = line.dataset.answered ?? "";
  line.textContent = words.replace("{n}", String(done.length)).replace("{of}", String(due.length));
}

/** @param {Element} row */
function typed(row) {
  const fields = row.querySelectorAll("input:not([type=radio], [type=checkbox]), textarea");
  return [...fields].some((f) => /** @type {HTMLInputElement} */ (f).value !== "");
}

for (const form of document.querySelectorAll("form[data-draft]"))
  if (form instanceof HTMLFormElement) wire(form);
