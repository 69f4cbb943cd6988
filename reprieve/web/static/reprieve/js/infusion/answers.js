// Answers to alarms wherever an infusion's alarms stand: a press silences or acknowledges. The page's
// `#infusion` names the address. Nothing is decided here: the next live part says what became of it.

import { post, tell } from "./entries.js";
import { number } from "./number.js";

const room = document.getElementById("infusion");

/** @param {Record<string, string>} fields @returns {Promise<boolean>} whether it was taken */
async function answer(fields) {
  const data = new FormData();
  const token = document.querySelector("[name=csrfmiddlewaretoken]");
  if (token instanceof HTMLInputElement) data.set("csrfmiddlewaretoken", token.value);
  data.set("act", number());
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  const said = await post(room?.dataset.alarm ?? "", data).catch(() => undefined);
  return Boolean(said?.ok);
}

/** @param {HTMLElement} button @param {Record<string, string>} fields */
async function once(button, fields) {
  if (button instanceof HTMLButtonElement) button.disabled = true;
  if (await answer(fields)) return;
  if (button instanceof HTMLButtonElement) button.disabled = false;
  tell("unanswered");
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  const alarms = button?.dataset.acknowledge;
  if (button && alarms !== undefined) void once(button, { do: "acknowledge", alarms });
  else if (button && "silence" in button.dataset) void once(button, { do: "silence" });
});
