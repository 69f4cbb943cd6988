// Charts by uPlot: data in a JSON script, colours from the page's tokens, marks that differ in grey,
// a band where two series bound one, and a table twin for readers and for copying.
//
// Data: {x: {label, values, time?: true}, y: {label, min?, max?}, series: [{label, values, colour,
//   mark?: "circle" | "square" | "triangle" | "none", dash?: [6, 4], points?: true, quiet?: true}],
//   bands?: [{upper: 1, lower: 2, colour, label?}], limits?: [{value, label, colour}]}.
// `values` may hold null: a gap is shown as a gap. Times are seconds since 1970, UTC. A `quiet` line
// only bounds a band: it is in the table, not in the legend, and no line is drawn. A band with a
// `label` has its own word in the legend.

/** @typedef {{label: string, values: (number | null)[], colour: string, mark?: string,
 *   dash?: number[], points?: boolean, quiet?: boolean}} Line */
/** @typedef {{x: {label: string, values: number[], time?: boolean, zone?: string},
 *   y: {label: string, min?: number, max?: number}, series: Line[],
 *   bands?: {upper: number, lower: number, colour: string, label?: string}[],
 *   limits?: {value: number, label: string, colour: string}[]}} Data */

import { readable } from "./chart-keys.js";

const HEIGHT = 280;
const LOCALE = "en-US";
const DAY_S = 86_400;
const MONTH_S = 28 * DAY_S;
/** @type {Record<string, Intl.DateTimeFormatOptions>} */
const STYLES = {
  clock: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  day: { day: "numeric", month: "short" },
  month: { month: "short" },
  year: { year: "numeric" },
};
const { clock: CLOCK, day: DAY, month: MONTH, year: YEAR } = STYLES;

/** @param {HTMLElement} figure */
export async function draw(figure) {
  const source = document.getElementById(figure.dataset.chart ?? "");
  const plot = figure.querySelector(".plot");
  if (!source || !(plot instanceof HTMLElement)) return;
  /** @type {Data} */
  const data = JSON.parse(source.textContent ?? "");
  fillTable(figure, data);
  fillLegend(figure, data);
  await addStyle();
  mendLanguage();
  const address = document.documentElement.dataset.uplot ?? "";
  const { default: UPlot } = /** @type {{default: typeof import("uplot")}} */ (
    await import(address)
  );
  const values = /** @type {import("uplot").AlignedData} */ ([
    data.x.values,
    ...data.series.map((s) => s.values),
  ]);
  plot.replaceChildren();
  const chart = new UPlot(options(UPlot, figure, data, plot.clientWidth), values, plot);
  new ResizeObserver(() => chart.setSize({ width: plot.clientWidth, height: HEIGHT })).observe(plot);
  readable(figure, chart, (at) => spoken(data, at));
  return chart;
}

/** uPlot makes a number format of the browser's language while it loads and breaks on one that
 * Intl does not know ("en-US@posix"): such a browser is told that it speaks English. */
function mendLanguage() {
  try {
    new Intl.NumberFormat(navigator.language);
  } catch {
    Object.defineProperty(navigator, "language", { value: LOCALE, configurable: true });
  }
}

/** uPlot's own few rules come as a file: the page allows no inline style. */
async function addStyle() {
  const id = "uplot-style";
  if (document.getElementById(id)) return;
  const link = document.createElement("link");
  link.id = id;
  link.rel = "stylesheet";
  link.href = (document.documentElement.dataset.uplot ?? "").replace("uPlot.esm.js", "uPlot.min.css");
  const loaded = new Promise((done) => {
    link.onload = link.onerror = () => done(undefined);
  });
  document.head.append(link);
  await loaded;
}

/** @param {typeof import("uplot")} UPlot @param {HTMLElement} figure @param {Data} data
 * @param {number} width @returns {import("uplot").Options} */
function options(UPlot, figure, data, width) {
  const axis = { stroke: token(figure, "muted"), grid: { stroke: token(figure, "line"), width: 1 } };
  const zone = data.x.zone;
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    ...(zone ? { tzDate: (/** @type {number} */ ts) => UPlot.tzDate(new Date(ts * 1e3), zone) } : {}),
    scales: { x: { time: Boolean(data.x.time) }, y: { range: range(data) } },
    axes: [
      { ...axis, label: data.x.label, ...(data.x.time ? { values: dated(zone) } : {}) },
      { ...axis, label: data.y.label },
    ],
    series: [{ label: data.x.label }, ...data.series.map((s) => line(figure, s))],
    bands: (data.bands ?? []).map((b) => ({
      series: [b.upper, b.lower],
      fill: fade(token(figure, b.colour)),
    })),
    hooks: { draw: [(u) => limits(u, figure, data)] },
  };
}

/** Times of an axis as the pages write them: 24 hours, the day before the month. The larger unit
 * stands below where it changes. @param {string | undefined} zone
 * @returns {import("uplot").Axis.Values} */
function dated(zone) {
  return (_chart, splits, _axis, _space, step) => {
    const [near, far] = step < DAY_S ? [CLOCK, DAY] : step < MONTH_S ? [DAY, YEAR] : [MONTH, YEAR];
    const [main, larger] = [near, far].map((style) => formatter(style, zone));
    let before = "";
    return splits.map((at) => {
      const below = larger.format(at * 1e3);
      const changed = below !== before;
      before = below;
      return changed ? `${main.format(at * 1e3)}\n${below}` : main.format(at * 1e3);
    });
  };
}

/** @param {Data} data @returns {import("uplot").Scale.Range} */
function range(data) {
  const { min, max } = data.y;
  return (_chart, low, high) => [min ?? low, max ?? (high === low ? high + 1 : high)];
}

/** @param {HTMLElement} figure @param {Line} series @returns {import("uplot").Series} */
function line(figure, series) {
  const colour = token(figure, series.colour);
  return {
    label: series.label,
    stroke: colour,
    width: series.points || series.quiet ? 0 : 2,
    dash: series.dash,
    spanGaps: false,
    points: {
      show: series.mark !== "none" && !series.quiet,
      size: 8,
      stroke: colour,
      fill: series.mark === "square" ? token(figure, "surface") : colour,
    },
  };
}

/** @param {import("uplot")} chart @param {HTMLElement} figure @param {Data} data */
function limits(chart, figure, data) {
  const { ctx, bbox } = chart;
  for (const limit of data.limits ?? []) {
    const y = chart.valToPos(limit.value, "y", true);
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = token(figure, limit.colour);
    ctx.setLineDash([8, 6]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.textAlign = "right";
    ctx.fillText(limit.label, bbox.left + bbox.width - 4, y - 4);
    ctx.restore();
  }
}

/** @param {Element} element @param {string} name */
function token(element, name) {
  return getComputedStyle(element).getPropertyValue(`--${name}`).trim();
}

/** @param {string} colour a hex colour @returns {string} the same at 18 % */
function fade(colour) {
  return `${colour}2e`;
}

/** @param {HTMLElement} figure @param {Data} data */
function fillLegend(figure, data) {
  const list = figure.querySelector(".legend");
  const bands = (data.bands ?? []).filter((band) => band.label);
  list?.replaceChildren(
    ...data.series.filter((s) => !s.quiet).map((s) => named(swatch(token(figure, s.colour), s), s.label)),
    ...bands.map((b) => named(area(token(figure, b.colour)), b.label ?? "")),
  );
}

/** @param {Element} mark @param {string} label */
function named(mark, label) {
  const item = document.createElement("li");
  item.append(mark, ` ${label}`);
  return item;
}

/** @param {string} colour */
function area(colour) {
  const svg = picture();
  const rect = document.createElementNS(svg.namespaceURI, "rect");
  for (const [name, value] of [["width", "28"], ["height", "12"], ["fill", fade(colour)]])
    rect.setAttribute(name, value);
  svg.append(rect);
  return svg;
}

function picture() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 28 12");
  return svg;
}

/** @param {string} colour @param {Line} series */
function swatch(colour, series) {
  const svg = picture();
  const stroke = document.createElementNS(svg.namespaceURI, "path");
  stroke.setAttribute("d", "M0 6h28");
  stroke.setAttribute("stroke", colour);
  stroke.setAttribute("stroke-width", "2");
  if (series.dash) stroke.setAttribute("stroke-dasharray", series.dash.join(" "));
  if (!series.points) svg.append(stroke);
  if (series.mark !== "none") svg.append(dot(svg, colour, series.mark === "square"));
  return svg;
}

/** The mark as the plot draws it: full, or hollow for the series that differ by it.
 * @param {Element} svg @param {string} colour @param {boolean} hollow */
function dot(svg, colour, hollow) {
  const circle = document.createElementNS(svg.namespaceURI, "circle");
  const fill = hollow ? token(svg.ownerDocument.documentElement, "surface") : colour;
  for (const [name, value] of [["cx", "14"], ["cy", "6"], ["r", "4"], ["stroke", colour],
    ["stroke-width", "1.5"], ["fill", fill]])
    circle.setAttribute(name, value);
  return circle;
}

/** @param {HTMLElement} figure @param {Data} data */
function fillTable(figure, data) {
  const table = figure.querySelector("details table");
  if (!(table instanceof HTMLTableElement)) return;
  const head = table.createTHead().insertRow();
  for (const label of [data.x.label, ...data.series.map((s) => s.label)]) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = label;
    head.append(cell);
  }
  const rows = table.createTBody();
  data.x.values.forEach((_x, at) => {
    const row = rows.insertRow();
    row.insertCell().textContent = place(data, at);
    for (const series of data.series) row.insertCell().textContent = String(series.values[at] ?? "");
  });
}

/** What is to be read at one place of the axis; a gap is left out. @param {Data} data
 * @param {number} at @returns {string} */
function spoken(data, at) {
  const found = data.series.filter((s) => s.values[at] != null).map((s) => `${s.label} ${s.values[at]}`);
  return [`${data.x.label} ${place(data, at)}`, ...found].join(" · ");
}

/** One place of the axis in words: a moment, or a day alone where each value stands for a day.
 * @param {Data} data @param {number} at */
function place(data, at) {
  const { values, time, zone } = data.x;
  if (!time) return String(values[at]);
  const daily = values.length > 1 && values.every((x) => (x - values[0]) % DAY_S === 0);
  return formatter(daily ? { ...DAY, ...YEAR } : { ...DAY, ...YEAR, ...CLOCK }, zone).format(
    values[at] * 1e3,
  );
}

/** @param {Intl.DateTimeFormatOptions} style @param {string | undefined} zone */
function formatter(style, zone) {
  const { lang } = document.documentElement;
  return new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, { ...style, timeZone: zone });
}

for (const figure of document.querySelectorAll("[data-chart]"))
  if (figure instanceof HTMLElement) void draw(figure);
