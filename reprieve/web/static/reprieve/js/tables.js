// A table that does not fit its screen is told row by row, each value beside its column's name.
// With `data-wide` it stays a grid that scrolls: its columns are compared with each other.

/** @param {ParentNode} part */
export function wireTables(part) {
  for (const frame of part.querySelectorAll(".table-frame:not([data-wide])"))
    if (frame instanceof HTMLElement) tellIfTooWide(frame);
}

/** @param {HTMLElement} frame */
function tellIfTooWide(frame) {
  const names = [...frame.querySelectorAll("thead th")].map((head) => head.textContent ?? "");
  if (names.length === 0) return;
  const look = () => {
    frame.classList.remove("told");
    frame.classList.toggle("told", frame.scrollWidth > frame.clientWidth + 1);
  };
  for (const row of frame.querySelectorAll("tbody tr"))
    [...row.children].forEach((cell, column) => {
      if (cell instanceof HTMLElement) cell.dataset.name = names[column] ?? "";
    });
  look();
  let width = frame.clientWidth;
  new ResizeObserver(() => {
    if (frame.clientWidth !== width) {
      width = frame.clientWidth;
      look();
    }
  }).observe(frame);
}
