// A chart is read by keyboard: it takes focus, arrow keys move along the axis, Home and End go to
// its ends, and the values there are said in words under it.

const FAR = 10;

/** @param {HTMLElement} figure @param {import("uplot")} chart @param {(at: number) => string} say */
export function readable(figure, chart, say) {
  const frame = figure.querySelector(".plot-keys");
  const words = figure.querySelector(".readout");
  if (!(frame instanceof HTMLElement) || !words) return;
  const last = chart.data[0].length - 1;
  let at = -1;
  frame.addEventListener("keydown", (event) => {
    const next = moved(event, at, last);
    if (next === null) return;
    event.preventDefault();
    at = next;
    words.textContent = say(at);
    point(chart, at);
  });
}

/** @param {KeyboardEvent} event @param {number} at @param {number} last @returns {number | null} */
function moved(event, at, last) {
  const step = event.shiftKey ? FAR : 1;
  /** @type {Record<string, number>} */
  const places = { ArrowRight: at + step, ArrowLeft: at < 0 ? last : at - step, Home: 0, End: last };
  const wanted = places[event.key];
  return wanted === undefined || last < 0 ? null : Math.min(last, Math.max(0, wanted));
}

/** @param {import("uplot")} chart @param {number} at */
function point(chart, at) {
  chart.setCursor({ left: chart.valToPos(chart.data[0][at], "x"), top: 0 });
}
