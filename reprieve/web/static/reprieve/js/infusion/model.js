// What the grid draws, merged from the first answer and the later ones.

/** @typedef {[number, number, number, number]} Point at ms, low, high, last */
/** @typedef {[string, number, number | null, boolean, boolean, string]} Typed code, at ms, value,
 * late, struck, id */
/** @typedef {{whole: boolean, now: number, zone: string, feed: Record<string, Point[]>,
 *   beside: Record<string, Point[]>, doubts: [string, number, number, string][],
 *   hand: Typed[], rates: [number, number | null, number][], boluses: [number, number][],
 *   given: number, drugs: [number, string, string, boolean, number | null, boolean][],
 *   marks: [number, number, boolean, boolean][],
 *   limits: Record<string, {low?: number, high?: number}>}} Grid */

const LEAST_SPAN_MS = 3_600_000;
const BEFORE_MS = 600_000;
const AFTER_MS = 900_000;
const CELL_MS = 300_000;

/** @param {Grid | null} before @param {Grid} news @returns {Grid} */
export function merged(before, news) {
  if (!before || news.whole) return news;
  const known = new Map([...before.doubts, ...news.doubts].map((one) => [`${one[0]} ${one[1]} ${one[2]}`, one]));
  const feed = together(before.feed, news.feed);
  return { ...news, feed, beside: together(before.beside, news.beside), doubts: [...known.values()] };
}

/** @param {Record<string, Point[]>} before @param {Record<string, Point[]>} news */
function together(before, news) {
  const all = { ...before };
  for (const [name, points] of Object.entries(news)) all[name] = joined(all[name] ?? [], points);
  return all;
}

/** Add points in their place: late ones do not come at the end. A moment is there once.
 * @param {Point[]} known @param {Point[]} added @returns {Point[]} */
function joined(known, added) {
  const last = known.at(-1)?.[0] ?? -1;
  if (added.every((point) => point[0] > last)) return [...known, ...added];
  const byTime = new Map([...known, ...added].map((point) => [point[0], point]));
  return [...byTime.values()].sort((a, b) => a[0] - b[0]);
}

/** The span of the axis on whole cells of five minutes. @param {Grid} grid
 * @returns {{from: number, to: number}} */
export function axis(grid) {
  const starts = [
    ...Object.values(grid.feed).map((points) => points[0]?.[0]),
    ...grid.hand.map((typed) => typed[1]),
    ...grid.rates.map((segment) => segment[0]),
    ...grid.marks.map((mark) => mark[0]),
  ].filter((at) => at !== undefined);
  const first = starts.length ? Math.min(...starts, grid.now) : grid.now;
  const from = Math.floor((first - BEFORE_MS / 2) / CELL_MS) * CELL_MS;
  const to = Math.ceil(Math.max(grid.now + AFTER_MS, from + LEAST_SPAN_MS) / CELL_MS) * CELL_MS;
  return { from, to };
}

/** One value for each cell of five minutes: the last one, and whether it was typed.
 * @param {Grid} grid @param {string} code
 * @returns {{at: number, value: number, typed: boolean, late: boolean}[]} */
export function cells(grid, code) {
  /** @type {Map<number, {at: number, value: number, typed: boolean, late: boolean}>} */
  const found = new Map();
  for (const [at, , , value] of grid.feed[code] ?? [])
    found.set(Math.floor(at / CELL_MS), { at, value, typed: false, late: false });
  for (const [name, at, value, late, struck] of grid.hand) {
    const cell = Math.floor(at / CELL_MS);
    if (name !== code || struck || value === null || (found.get(cell)?.at ?? 0) > at) continue;
    found.set(cell, { at, value, typed: true, late });
  }
  return [...found.values()].sort((a, b) => a.at - b.at);
}

/** @param {Grid} grid @param {string} code @returns {Typed[]} what was typed of one code */
export function typed(grid, code) {
  return grid.hand.filter((one) => one[0] === code && one[2] !== null);
}
