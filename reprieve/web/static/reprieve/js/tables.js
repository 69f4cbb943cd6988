// A table that does not fit its screen, or fits a telephone only by breaking its words into
// towers, is told row by row, each value beside its column's name.
// With `data-wide` it stays a grid that scrolls: its columns are compared with each other.

const TELEPHONE_PX = 480;
const TOWER_LINES = 4;

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
    frame.classList.toggle("told", frame.scrollWidth > frame.clientWidth + 1 || isInTowers(frame));
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

/** @param {HTMLElement} frame */
function isInTowers(frame) {
  if (frame.clientWidth > TELEPHONE_PX) return false;
  const rows = [...frame.querySelectorAll("tbody tr")];
  return rows.some((row) => {
    const style = getComputedStyle(row);
    return row.clientHeight > (TOWER_LINES + 1) * parseFloat(style.lineHeight);
  });
}
