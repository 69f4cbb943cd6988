// The body as a picture to press: each shape ticks the box of its area, and shows what is ticked.
// The boxes stay the form: they work by keyboard, are read aloud, and are what is sent.

/** @param {HTMLElement} map */
function wire(map) {
  const form = map.closest("form");
  if (!form) return;
  const shapes = /** @type {SVGElement[]} */ ([...map.querySelectorAll("[data-area]")]);
  const nowhere = box(form, "nowhere");

  function show() {
    for (const shape of shapes) shape.classList.toggle("is-on", box(form, areaOf(shape))?.checked);
    tell(/** @type {HTMLFormElement} */ (form), shapes);
  }

  map.addEventListener("click", (event) => {
    const shape = event.target instanceof Element ? event.target.closest("[data-area]") : null;
    if (shape instanceof SVGElement) box(form, areaOf(shape))?.click();
  });
  form.addEventListener("change", (event) => {
    const changed = event.target;
    if (!(changed instanceof HTMLInputElement) || !changed.checked) return show();
    if (changed === nowhere) for (const shape of shapes) clear(box(form, areaOf(shape)));
    else if (shapes.some((shape) => areaOf(shape) === changed.name)) clear(nowhere);
    show();
  });
  form.addEventListener("restored", show);
  show();
}

/** @param {SVGElement} shape */
function areaOf(shape) {
  return shape.dataset.area ?? "";
}

/** @param {HTMLFormElement | null} form @param {string} name @returns {HTMLInputElement | null} */
function box(form, name) {
  return form?.querySelector(`input[type=checkbox][name="${CSS.escape(name)}"]`) ?? null;
}

/** @param {HTMLInputElement | null} field */
function clear(field) {
  if (field) field.checked = false;
}

/** Say in words which areas are chosen. @param {HTMLFormElement} form @param {SVGElement[]} shapes */
function tell(form, shapes) {
  const line = form.querySelector("[data-chosen]");
  if (!(line instanceof HTMLElement)) return;
  const fields = [...new Set(shapes.map(areaOf))].map((one) => box(form, one));
  const chosen = fields.filter((field) => field?.checked);
  const words = chosen.map((field) => field?.labels?.[0]?.textContent?.trim() ?? "");
  line.textContent = words.length ? words.join("; ") : (line.dataset.chosen ?? "");
}

for (const map of document.querySelectorAll("[data-body-map]"))
  if (map instanceof HTMLElement) wire(map);
