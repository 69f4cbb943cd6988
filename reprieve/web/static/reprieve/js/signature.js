// A signature drawn on a canvas: kept as a PNG in the form's hidden field, empty until something is
// drawn. Without scripts the signed paper is attached instead.

/** @param {HTMLFormElement} form */
function wire(form) {
  const canvas = form.querySelector("canvas");
  const field = form.querySelector("input[name=signature]");
  const context = canvas?.getContext("2d");
  if (!canvas || !context || !(field instanceof HTMLInputElement)) return;
  context.lineWidth = 5;
  context.lineCap = context.lineJoin = "round";
  let drawing = false;

  /** @param {PointerEvent} event */
  function place(event) {
    const box = canvas?.getBoundingClientRect() ?? new DOMRect(0, 0, 1, 1);
    const wide = (canvas?.width ?? 1) / box.width;
    const high = (canvas?.height ?? 1) / box.height;
    return { x: (event.clientX - box.left) * wide, y: (event.clientY - box.top) * high };
  }

  canvas.addEventListener("pointerdown", (event) => {
    drawing = true;
    canvas.setPointerCapture(event.pointerId);
    const at = place(event);
    context.beginPath();
    context.moveTo(at.x, at.y);
    context.lineTo(at.x + 0.1, at.y);
    context.stroke();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    const at = place(event);
    context.lineTo(at.x, at.y);
    context.stroke();
  });
  for (const name of ["pointerup", "pointercancel"])
    canvas.addEventListener(name, () => {
      if (drawing) field.value = canvas.toDataURL("image/png");
      drawing = false;
    });
  form.querySelector("[data-clear]")?.addEventListener("click", () => {
    context.clearRect(0, 0, canvas.width, canvas.height);
    field.value = "";
  });
  if (field.value) redraw(context, field.value);
}

/** After a refused form the signature is shown again.
 * @param {CanvasRenderingContext2D} context @param {string} source */
function redraw(context, source) {
  const image = new Image();
  image.onload = () => context.drawImage(image, 0, 0);
  image.src = source;
}

for (const form of document.querySelectorAll("form[data-signature]"))
  if (form instanceof HTMLFormElement) wire(form);
