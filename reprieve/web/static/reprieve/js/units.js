// A field with several units: `data-units="kg,lb"`. The number typed is never changed; the chosen
// unit is sent beside it and the server converts, so that what was typed is what is stored.

/** @param {ParentNode} root */
export function wireUnits(root) {
  for (const frame of root.querySelectorAll("[data-units]:not([data-wired])"))
    if (frame instanceof HTMLElement) wire(frame);
}

/** @param {HTMLElement} frame */
function wire(frame) {
  frame.dataset.wired = "1";
  const units = (frame.dataset.units ?? "").split(",");
  const hidden = document.createElement("input");
  hidden.type = "hidden";
  hidden.name = frame.dataset.unitsName ?? "unit";
  const group = document.createElement("span");
  group.className = "unit-toggle";
  group.setAttribute("role", "group");
  const input = frame.querySelector("input");
  if (input?.labels?.[0]) group.setAttribute("aria-label", input.labels[0].textContent ?? "");
  const buttons = units.map((unit) => button(unit, () => choose(unit)));
  group.append(...buttons);
  frame.append(group, hidden);
  choose(units.find((unit) => unit === frame.dataset.unitsChosen) ?? units[0]);

  /** @param {string} unit */
  function choose(unit) {
    hidden.value = unit;
    for (const b of buttons) b.setAttribute("aria-pressed", String(b.textContent === unit));
  }
}

/** @param {string} unit @param {() => void} act */
function button(unit, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = unit;
  made.addEventListener("click", act);
  return made;
}
