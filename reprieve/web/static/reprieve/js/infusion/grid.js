// The session on one time axis, as an anaesthesia chart: carets for pressure, dots for heart rate,
// limits as a band, rows of numbers, rates, drugs, numbered events and scores. Drawn as SVG.

import { axis, cells, typed } from "./model.js";

/** @typedef {import("./model.js").Grid} Grid */
/** @typedef {{from: number, to: number, width: number, zone: string}} Frame */

const NS = "http://www.w3.org/2000/svg";
const CELL_MS = 300_000;
const CELL_PX = 24;
const LEFT = 150;
const RIGHT = 64;
const TOP = 22;
const PLOT = 220;
const LOW = 20;
const HIGH = 220;
const ROW = 26;
const CLOSE_PX = 9;
const MARK_PX = 21;
const LETTER_PX = 9;
const FAR_PX = 126;
const PLOTTED = new Set(["sbp", "dbp", "map", "heart_rate", "pulse_rate"]);

/** @param {HTMLElement} box @param {Grid} grid */
export function draw(box, grid) {
  const { from, to } = axis(grid);
  const wanted = ((to - from) / CELL_MS) * CELL_PX + LEFT + RIGHT;
  const width = Math.max(wanted, box.clientWidth);
  const frame = { from, to, width, zone: grid.zone };
  const words = (box.dataset.words ?? "").split("|");
  const rows = rowsOf(grid, words);
  const height = TOP + PLOT + rows.length * ROW + 8;
  const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, width, height });
  svg.append(
    lines(frame, height),
    pressures(frame, grid, words[0]),
    ...rows.map((row, n) => drawRow(frame, row, TOP + PLOT + n * ROW)),
    nowLine(frame, grid.now, height, words[12]),
  );
  const follows = box.scrollLeft + box.clientWidth >= box.scrollWidth - CELL_PX * 4;
  box.replaceChildren(svg);
  if (follows) box.scrollLeft = Math.max(0, x(frame, grid.now) + RIGHT - box.clientWidth);
}

/** @param {string} name @param {Record<string, string | number>} attributes @param {string} [text] */
function make(name, attributes, text) {
  const element = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (text !== undefined) element.textContent = text;
  return element;
}

/** @param {Frame} frame @param {number} at */
function x(frame, at) {
  return LEFT + ((at - frame.from) / (frame.to - frame.from)) * (frame.width - LEFT - RIGHT);
}

/** @param {number} value */
function y(value) {
  const inside = Math.min(HIGH, Math.max(LOW, value));
  return TOP + PLOT - ((inside - LOW) / (HIGH - LOW)) * PLOT;
}

/** @param {Frame} frame @param {number} at */
function clock(frame, at) {
  return new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    timeZone: frame.zone,
  }).format(at);
}

/** Fine lines each five minutes, heavy ones each quarter of an hour.
 * @param {Frame} frame @param {number} height */
function lines(frame, height) {
  const group = make("g", {});
  for (let at = frame.from; at <= frame.to; at += CELL_MS) {
    const heavy = at % (3 * CELL_MS) === 0;
    const place = x(frame, at);
    const kind = heavy ? "g-line g-heavy" : "g-line";
    group.append(make("line", { class: kind, x1: place, x2: place, y1: TOP, y2: height }));
    if (heavy) group.append(make("text", { class: "g-time", x: place, y: 14 }, clock(frame, at)));
  }
  for (let value = 40; value <= HIGH; value += 20) {
    const place = y(value);
    const ends = { x1: LEFT, x2: frame.width - RIGHT, y1: place, y2: place };
    group.append(make("line", { class: "g-line", ...ends }));
    group.append(make("text", { class: "g-scale", x: LEFT - 6, y: place + 4 }, String(value)));
  }
  return group;
}

/** @param {Frame} frame @param {Grid} grid @param {string} title */
function pressures(frame, grid, title) {
  const group = make("g", {});
  group.append(make("text", { class: "g-name", x: 4, y: TOP + 12 }, title));
  band(group, frame, grid.limits.sbp);
  heartRate(group, frame, grid);
  carets(group, frame, grid);
  doubts(group, frame, grid);
  return group;
}

/** A ring with a question mark around what is probably not the patient: the raw value stays drawn.
 * @param {Element} group @param {Frame} frame @param {Grid} grid */
function doubts(group, frame, grid) {
  for (const [code, at, value, says] of grid.doubts) {
    if (!PLOTTED.has(code)) continue;
    const ring = make("circle", { class: "g-doubt", cx: x(frame, at), cy: y(value), r: 7 });
    ring.append(make("title", {}, says));
    group.append(ring, make("text", { class: "g-doubt-word", x: x(frame, at) + 9, y: y(value) + 4 }, "?"));
  }
}

/** @param {Element} group @param {Frame} frame @param {{low?: number, high?: number} | undefined} limit */
function band(group, frame, limit) {
  if (!limit) return;
  const [top, bottom] = [y(limit.high ?? HIGH), y(limit.low ?? LOW)];
  const across = { x: LEFT, width: frame.width - LEFT - RIGHT };
  group.append(make("rect", { class: "g-band", ...across, y: top, height: bottom - top }));
}

/** Dots joined lightly; where many values share a pixel, their span is drawn.
 * @param {Element} group @param {Frame} frame @param {Grid} grid */
function heartRate(group, frame, grid) {
  const code = grid.feed.heart_rate ? "heart_rate" : "pulse_rate";
  const points = grid.feed[code] ?? [];
  let [path, dots, spans, last] = ["", "", "", -Infinity];
  for (const [at, low, high, value] of points) {
    const place = x(frame, at);
    path += `${path ? "L" : "M"}${place.toFixed(1)} ${y(value).toFixed(1)}`;
    if (high > low) spans += `M${place.toFixed(1)} ${y(low).toFixed(1)}V${y(high).toFixed(1)}`;
    if (place - last < CLOSE_PX) continue;
    last = place;
    dots += `M${place.toFixed(1)} ${y(value).toFixed(1)}h.1`;
  }
  group.append(make("path", { class: "g-hr-join", d: path }));
  group.append(make("path", { class: "g-hr-span", d: spans }));
  group.append(make("path", { class: "g-hr", d: dots }));
  for (const [, at, value, late, struck] of [...typed(grid, "heart_rate"), ...typed(grid, "pulse_rate")])
    group.append(mark("g-hr-typed", x(frame, at), y(Number(value)), late, struck));
}

/** Systolic and diastolic as facing carets with a thin bar, the mean as a cross.
 * @param {Element} group @param {Frame} frame @param {Grid} grid */
function carets(group, frame, grid) {
  const below = new Map((grid.feed.dbp ?? []).map((point) => [point[0], point]));
  let last = -Infinity;
  for (const [at, low, high] of grid.feed.sbp ?? []) {
    const place = x(frame, at);
    if (place - last < CLOSE_PX) continue;
    last = place;
    const lower = below.get(at);
    caret(group, place, high, lower ? lower[1] : null, "g-bp");
    if (high - low > 20) caret(group, place, low, null, "g-bp g-low");
  }
  for (const [at, , , value] of grid.feed.map ?? [])
    if (typeof value === "number" && below.has(at)) cross(group, x(frame, at), y(value));
  const lesser = new Map((grid.beside.dbp ?? []).map((point) => [point[0], point[3]]));
  for (const [at, , , value] of grid.beside.sbp ?? [])
    caret(group, x(frame, at), value, lesser.get(at) ?? null, "g-bp g-beside");
  const diastolic = new Map(typed(grid, "dbp").map((one) => [one[1], one]));
  for (const [, at, value, late, struck] of typed(grid, "sbp")) {
    const kind = `g-bp g-hand${late ? " g-late" : ""}${struck ? " g-struck" : ""}`;
    const lower = diastolic.get(at)?.[2] ?? null;
    caret(group, x(frame, at), Number(value), lower, kind);
  }
}

/** @param {Element} group @param {number} place @param {number} sbp @param {number | null} dbp
 * @param {string} kind */
function caret(group, place, sbp, dbp, kind) {
  const top = y(sbp);
  let d = `M${place - 5} ${top - 6}L${place} ${top}L${place + 5} ${top - 6}`;
  if (dbp !== null) {
    const bottom = y(dbp);
    d += `M${place} ${top}V${bottom}M${place - 5} ${bottom + 6}L${place} ${bottom}L${place + 5} ${bottom + 6}`;
  }
  group.append(make("path", { class: kind, d }));
}

/** @param {Element} group @param {number} place @param {number} middle */
function cross(group, place, middle) {
  const d = `M${place - 3} ${middle - 3}l6 6m0-6l-6 6`;
  group.append(make("path", { class: "g-mean", d }));
}

/** A ring for what was typed; dashed when it was typed late, crossed when struck through.
 * @param {string} kind @param {number} place @param {number} middle @param {boolean} late
 * @param {boolean} struck */
function mark(kind, place, middle, late, struck) {
  const style = `${kind} g-typed${late ? " g-late" : ""}`;
  if (struck) return make("path", { class: "g-struck", d: `M${place - 6} ${middle}h12` });
  return make("circle", { class: style, cx: place, cy: middle, r: 4 });
}

/** @typedef {{name: string, total?: string, kind: "cells" | "rate" | "ticks" | "marks",
 *   items: {at: number, to?: number | null, text: string, style: string}[]}} Row */

/** @param {Grid} grid @param {string[]} words @returns {Row[]} */
function rowsOf(grid, words) {
  const rows = [
    numbers(grid, "spo2", words[1], "g-spo2"),
    numbers(grid, "respiratory_rate", words[2], "g-rr"),
    numbers(grid, "etco2", words[3], "g-other"),
    numbers(grid, "o2_l_per_min", words[14], "g-other"),
    rates(grid, words),
    ...drugs(grid),
    events(grid, words[6]),
    numbers(grid, "pain", words[7], "g-other"),
    numbers(grid, "rass", words[8], "g-other"),
    numbers(grid, "dissociation", words[9], "g-other"),
    numbers(grid, "nausea", words[10], "g-other"),
    numbers(grid, "anxiety", words[13], "g-other"),
  ];
  const always = new Set([words[1], words[2], words[4], words[6]]);
  return rows.filter((row) => row.items.length || always.has(row.name));
}

/** @param {Grid} grid @param {string} code @param {string} name @param {string} style @returns {Row} */
function numbers(grid, code, name, style) {
  const limit = grid.limits[code] ?? {};
  const doubtful = new Set(
    grid.doubts.filter((one) => one[0] === code).map((one) => Math.floor(one[1] / CELL_MS)),
  );
  const items = cells(grid, code).map(({ at, value, typed: byHand, late }) => ({
    at: Math.floor(at / CELL_MS) * CELL_MS + CELL_MS / 2,
    text: `${Math.round(value * 10) / 10}${doubtful.has(Math.floor(at / CELL_MS)) ? "?" : ""}`,
    style: `${style}${byHand ? " g-by-hand" : ""}${late ? " g-late" : ""}${beyond(value, limit) ? " g-beyond" : ""}`,
  }));
  return { name, kind: "cells", items };
}

/** @param {number} value @param {{low?: number, high?: number}} limit */
function beyond(value, limit) {
  return value < (limit.low ?? -Infinity) || value > (limit.high ?? Infinity);
}

/** @param {Grid} grid @param {string[]} words @returns {Row} */
function rates(grid, words) {
  const items = grid.rates.map(([at, to, rate]) => ({ at, to: to ?? grid.now, text: rate.toFixed(1), style: "g-rate" }));
  const pushed = grid.boluses.map(([at, mg]) => ({ at, text: `▲${mg.toFixed(1)} mg`, style: "g-bolus" }));
  const total = `${grid.given.toFixed(1)} mg`;
  return { name: words[4], kind: "rate", items: [...items, ...pushed], total };
}

/** One row for each drug, in the colour of its label. @param {Grid} grid @returns {Row[]} */
function drugs(grid) {
  const names = [...new Set(grid.drugs.map((drug) => drug[1]))];
  return names.map((name) => ({
    name,
    kind: /** @type {const} */ ("ticks"),
    total: total(grid.drugs.filter((drug) => drug[1] === name)),
    items: grid.drugs
      .filter((drug) => drug[1] === name)
      .sort((a, b) => a[0] - b[0] || Number(a[5]) - Number(b[5]))
      .map(([at, , dose, deviation, , struck]) => ({
        at,
        text: `▲${dose}`,
        style: `g-drug g-drug-${name}${deviation && !struck ? " g-beyond" : ""}${struck ? " g-crossed" : ""}`,
      })),
  }));
}

/** In milligrams, where every dose that stands is. @param {Grid["drugs"]} doses */
function total(doses) {
  const stands = doses.filter((dose) => !dose[5]);
  const known = stands.map((dose) => dose[4]).filter((ug) => ug !== null);
  const sum = known.reduce((all, ug) => all + ug, 0);
  return known.length === stands.length ? `${Number((sum / 1000).toFixed(3))} mg` : undefined;
}

/** @param {Grid} grid @param {string} name @returns {Row} */
function events(grid, name) {
  const items = grid.marks.map(([at, number, late, struck]) => ({
    at,
    text: String(number),
    style: `g-mark${late ? " g-late" : ""}${struck ? " g-replaced" : ""}`,
  }));
  return { name, kind: "marks", items };
}

/** @param {Frame} frame @param {Row} row @param {number} top */
function drawRow(frame, row, top) {
  const group = make("g", {});
  const middle = top + ROW / 2 + 5;
  group.append(make("line", { class: "g-line g-heavy", x1: 0, x2: frame.width, y1: top, y2: top }));
  group.append(make("text", { class: "g-name", x: 4, y: middle }, row.name));
  let free = 0;
  for (const item of row.items) {
    const place = beside(row.kind, x(frame, item.at), free);
    free = place + (row.kind === "marks" ? MARK_PX : item.text.length * LETTER_PX);
    group.append(...drawItem(frame, row.kind, { ...item, place }, top, middle));
  }
  if (row.total)
    group.append(make("text", { class: "g-total", x: frame.width - 4, y: middle }, row.total));
  return group;
}

/** What stands and what it replaced are of one moment: side by side, never far from their time.
 * @param {Row["kind"]} kind @param {number} at @param {number} free where the one before ends */
function beside(kind, at, free) {
  return kind === "ticks" || kind === "marks" ? Math.min(Math.max(at, free), at + FAR_PX) : at;
}

/** @param {Frame} frame @param {Row["kind"]} kind @param {Row["items"][number] & {place: number}} item
 * @param {number} top @param {number} middle @returns {Element[]} */
function drawItem(frame, kind, item, top, middle) {
  const { place } = item;
  if (kind === "rate" && item.to) {
    const across = { x1: place, x2: x(frame, item.to), y1: top + ROW - 4, y2: top + ROW - 4 };
    return [
      make("line", { class: item.style, ...across }),
      make("text", { class: "g-text", x: place + 3, y: middle - 2 }, item.text),
    ];
  }
  if (kind === "marks")
    return [
      make("circle", { class: item.style, cx: place, cy: middle - 5, r: 10 }),
      make("text", { class: `g-number${item.style.includes("g-replaced") ? " g-crossed" : ""}`, x: place, y: middle }, item.text),
    ];
  const anchor = kind === "cells" ? "g-cell" : "g-text";
  return [make("text", { class: `${anchor} ${item.style}`, x: place, y: middle }, item.text)];
}

/** @param {Frame} frame @param {number} at @param {number} height @param {string} word */
function nowLine(frame, at, height, word) {
  const place = x(frame, at);
  const group = make("g", {});
  group.append(make("line", { class: "g-now", x1: place, x2: place, y1: TOP, y2: height }));
  group.append(make("text", { class: "g-now-word", x: place + 4, y: TOP + 10 }, word));
  return group;
}
