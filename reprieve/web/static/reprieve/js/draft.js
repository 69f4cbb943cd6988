// Save as you go: `<form data-draft="/address" data-draft-key="...">` sends its answers a moment
// after each change, one sending at a time, so that an older state never arrives after a newer.
// Without a connection they wait in this browser and are sent when it is back. The last press goes
// out only after the answers have arrived as a draft: what was pressed while the connection was
// gone is sent by itself later. After that nothing stays behind.
// A page that a worker kept (`data-kept`) does not show what was sent before: what is answered on it
// waits, and is added to the real page, which takes its place when the connection is back.

const AFTER_MS = 800;
const RETRY_MS = 10_000;
const HOUR_MS = 3_600_000;
const KEPT_AT = ":kept-at"; // no field has such a name
const PATIENCE_MS = 20_000; // a sending that hangs on a bad line is given up and tried again

/** @param {HTMLFormElement} form */
export function keep(form) {
  const key = `reprieve-draft:${form.dataset.draftKey ?? form.dataset.draft}`;
  const more = `${key}:more`; // answers given on a kept page, without those sent before
  const last = `${key}:last`; // the last press was made without a connection
  const isKept = form.dataset.kept !== undefined;
  const state = form.querySelector("[data-draft-state]");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let isSending = false;
  let isStale = false;
  let isFinal = false;
  let isPending = false;

  /** @param {"saved" | "waiting" | "saving" | "finishing"} word */
  function say(word) {
    if (state instanceof HTMLElement) state.textContent = state.dataset[word] ?? "";
  }

  async function send() {
    clearTimeout(timer);
    if (isKept) return wait();
    isStale = isSending;
    if (isSending) return;
    isSending = true;
    isPending = false;
    say("saving");
    const status = await post(form.dataset.draft ?? "", new FormData(form));
    isSending = false;
    if (isStale) return void send();
    settle(status);
  }

  function wait() {
    isPending = false;
    if (isFinal) remember(last, new FormData());
    say(isFinal ? "finishing" : "waiting");
  }

  /** @param {number} status as HTTP has it, 0 when the server was not reached */
  function settle(status) {
    const isSaved = status >= 200 && status < 300;
    if (isSaved) [key, more, last].forEach(forget);
    else remember(key, new FormData(form));
    // What the server refuses for good is not tried again: the page that follows says why.
    if (isFinal && (isSaved || isRefused(status))) return form.submit();
    if (isSaved) return say("saved");
    // Whoever closes the page now was told that it goes on: the next page knows of the press.
    if (isFinal && form.dataset.worker) remember(last, new FormData());
    say(isFinal ? "finishing" : "waiting");
    if (!isRefused(status)) later(RETRY_MS);
  }

  /** @param {number} ms */
  function later(ms) {
    clearTimeout(timer);
    isPending = true;
    timer = setTimeout(send, ms);
  }

  function changed() {
    isFinal = false;
    forget(last);
    remember(isKept && !isWhole ? more : key, new FormData(form), isKept && !isWhole);
    later(AFTER_MS);
  }

  // Whoever closes the page within that moment has answered all the same.
  function leave() {
    if (!isPending || isFinal) return;
    navigator.sendBeacon(form.dataset.draft ?? "", new FormData(form));
  }

  // What waited on the clinic's own computer for longer is not what the patient says today.
  const hours = Number(form.dataset.draftHours ?? Infinity);
  for (const one of [key, more, last]) if (keptFor(one) > hours * HOUR_MS) forget(one);

  const early = answeredEarly(form);
  const isWhole = restore(form, key);
  const isMore = add(form, more);
  isFinal = isStored(last);
  if (isWhole || isMore || isFinal) later(isFinal ? 0 : AFTER_MS);
  if (early.length) {
    for (const [name, value] of early) fill(form, name, value);
    changed();
  }
  form.addEventListener("change", changed);
  form.addEventListener("input", () => later(2 * AFTER_MS));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    isFinal = true;
    void send();
  });
  window.addEventListener("online", () => isPending && later(0));
  window.addEventListener("pagehide", leave);
}

/** What was answered while this script was still on its way: no event tells of that.
 * @param {HTMLFormElement} form @returns {[string, string][]} */
function answeredEarly(form) {
  /** @type {[string, string][]} */
  const found = [];
  for (const field of form.elements) {
    if (field instanceof HTMLInputElement && ["radio", "checkbox"].includes(field.type)) {
      if (field.checked && !field.defaultChecked) found.push([field.name, field.value]);
    } else if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) {
      if (field.value !== field.defaultValue) found.push([field.name, field.value]);
    } else if (field instanceof HTMLSelectElement) {
      const chosen = field.selectedOptions[0];
      if (chosen?.value && !chosen.defaultSelected) found.push([field.name, chosen.value]);
    }
  }
  return found;
}

/** @param {number} status */
function isRefused(status) {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/** @param {string} address @param {FormData} answers @returns {Promise<number>} */
async function post(address, answers) {
  const impatient = new AbortController();
  const timer = setTimeout(() => impatient.abort(), PATIENCE_MS);
  try {
    const sent = { method: "POST", body: answers, signal: impatient.signal };
    return (await fetch(address, sent)).status;
  } catch {
    return 0;
  } finally {
    clearTimeout(timer);
  }
}

/** @param {string} key @param {FormData} answers @param {boolean} [isPart] nothing empty then */
function remember(key, answers, isPart = false) {
  const kept = [...answers].filter(
    ([name, value]) => typeof value === "string" && isAnswer(name) && (value || !isPart),
  );
  kept.push([KEPT_AT, String(Date.now())]);
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

/** @param {string} key */
function isStored(key) {
  try {
    return localStorage.getItem(key) !== null;
  } catch {
    return false;
  }
}

/** How long something has waited here, in milliseconds. @param {string} key */
function keptFor(key) {
  const [, at] = all(key).find(([name]) => name === KEPT_AT) ?? [KEPT_AT, Date.now()];
  return Date.now() - Number(at);
}

/** @param {string} key @returns {[string, string][]} */
function stored(key) {
  return all(key).filter(([name]) => name !== KEPT_AT);
}

/** @param {string} key @returns {[string, string][]} */
function all(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "[]");
  } catch {
    return [];
  }
}

/** What was answered on a kept page, over what the real page shows.
 * @param {HTMLFormElement} form @param {string} key @returns {boolean} */
function add(form, key) {
  const kept = stored(key);
  for (const [name, value] of kept) fill(form, name, value);
  if (kept.length) queueMicrotask(() => form.dispatchEvent(new Event("restored")));
  return kept.length > 0;
}

/** The whole form as it was when it was kept. Its questions hear of it as of any change.
 * @param {HTMLFormElement} form @param {string} key @returns {boolean} */
function restore(form, key) {
  const kept = stored(key);
  if (!kept.length) return false;
  for (const box of form.querySelectorAll("input[type=checkbox]"))
    if (box instanceof HTMLInputElement)
      box.checked = kept.some(([name, value]) => name === box.name && value === box.value);
  for (const [name, value] of kept) fill(form, name, value);
  queueMicrotask(() => form.dispatchEvent(new Event("restored")));
  return true;
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

// A page that answered a press is a page like any other: read anew it asks, and sends nothing again.
if (document.querySelector("form[data-draft]")) history.replaceState(null, "", location.href);
for (const form of document.querySelectorAll("form[data-draft]"))
  if (form instanceof HTMLFormElement) keep(form);
