// Save as you go: `<form data-draft="/address" data-draft-key="...">` sends its answers a moment
// after each change. Without a connection they wait in this browser and are sent when it is back;
// after the final send nothing stays behind.

const AFTER_MS = 800;
const RETRY_MS = 10_000;

/** @param {HTMLFormElement} form */
export function keep(form) {
  const key = `reprieve-draft:${form.dataset.draftKey ?? form.dataset.draft}`;
  const state = form.querySelector("[data-draft-state]");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {"saved" | "waiting" | "saving"} word */
  function say(word) {
    if (state instanceof HTMLElement) state.textContent = state.dataset[word] ?? "";
  }

  async function send() {
    say("saving");
    const answers = new FormData(form);
    try {
      const answer = await fetch(form.dataset.draft ?? "", { method: "POST", body: answers });
      if (!answer.ok) throw new Error(String(answer.status));
      forget(key);
      say("saved");
    } catch {
      remember(key, answers);
      say("waiting");
      later(RETRY_MS);
    }
  }

  /** @param {number} ms */
  function later(ms) {
    clearTimeout(timer);
    timer = setTimeout(send, ms);
  }

  if (restore(form, key)) later(AFTER_MS);
  form.addEventListener("change", () => later(AFTER_MS));
  form.addEventListener("input", () => later(2 * AFTER_MS));
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    forget(key);
  });
  window.addEventListener("online", () => later(0));
}

/** @param {string} key @param {FormData} answers */
function remember(key, answers) {
  const kept = [...answers].filter(([name, value]) => typeof value === "string" && isAnswer(name));
  try {
    localStorage.setItem(key, JSON.stringify(kept));
  } catch {
    // Storage may be refused or full: the form itself still holds the answers.
  }
}

/** @param {string} key */
function forget(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was stored then.
  }
}

/** @param {string} name */
function isAnswer(name) {
  return name !== "csrfmiddlewaretoken" && name !== "act";
}

/** @param {HTMLFormElement} form @param {string} key @returns {boolean} */
function restore(form, key) {
  /** @type {[string, string][]} */
  let kept = [];
  try {
    kept = JSON.parse(localStorage.getItem(key) ?? "[]");
  } catch {
    return false;
  }
  for (const [name, value] of kept) fill(form, name, value);
  return kept.length > 0;
}

/** @param {HTMLFormElement} form @param {string} name @param {string} value */
function fill(form, name, value) {
  for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
    if (field instanceof HTMLInputElement && ["radio", "checkbox"].includes(field.type))
      field.checked = field.checked || field.value === value;
    else if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)
      field.value = value;
    else if (field instanceof HTMLSelectElement) field.value = value;
  }
}

for (const form of document.querySelectorAll("form[data-draft]"))
  if (form instanceof HTMLFormElement) keep(form);
