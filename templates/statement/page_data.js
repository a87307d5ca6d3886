// The browsable report: small tools, and the data that stand compressed in the page.
// All texts enter as text nodes; no data is ever read as markup or as code, and nothing is fetched.

const boot = JSON.parse(document.getElementById("boot").textContent);
const [BLANK, TEXT, NUMBER] = [0, 1, 2];
const KIND = boot.kinds, SIGNS = boot.signs, MATH = "http://www.w3.org/1998/Math/MathML", XLINK = "http://www.w3.org/1999/xlink";
const ROW_LIMIT = 60; // results of a search that are listed
const at = { part: 0, view: "", lang: boot.lang };
let shown = null; // the part on the page, unpacked
let opener = null; // the figure whose explanation is open

// --- small tools

const el = (id) => document.getElementById(id);
const say = (names) => (Array.isArray(names) ? names[at.lang === "zh" ? 0 : 1] : names ?? "");
const w = (key, holes = {}) => say(boot.words[key]).replace(/\{(\w+)\}/g, (_, name) => holes[name] ?? "");
const named = (table, code) => (table[code] ? say(table[code]) : code ?? "");

function h(tag, given = {}, ...inner) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "on") for (const [event, act] of Object.entries(value)) made.addEventListener(event, act);
    else if (name === "class") made.className = value;
    else if (name === "data") Object.assign(made.dataset, value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...inner.flat(Infinity).filter((x) => x !== null && x !== undefined && x !== ""));
  return made;
}

/** Digits in groups of three, a true minus; nothing is rounded. */
function grouped(text) {
  const [whole, rest] = text.replace("-", "").split(".");
  const digits = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",") + (rest === undefined ? "" : `.${rest}`);
  return (text.startsWith("-") ? "\u2212" : "") + digits;
}

/** The same without the zeros at the end that storage adds, for amounts as they are held. */
const plain = (text) => grouped(/\.\d{5,}$/.test(text) ? text.replace(/\.?0+$/, "") : text);

// --- data: blocks are unpacked when they are asked for, each once

const blocks = new Map();

function block(id) {
  if (!blocks.has(id)) blocks.set(id, unpacked(el(id).textContent));
  return blocks.get(id);
}

async function unpacked(text) {
  const signs = atob(text), bytes = new Uint8Array(signs.length);
  for (let i = 0; i < signs.length; i++) bytes[i] = signs.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

const parts = new Map();

function part(number) {
  if (!parts.has(number)) parts.set(number, block(boot.parts[number].block).then((data) => prepared(data, number)));
  return parts.get(number);
}

function prepared(data, number) {
  const forms = new Map(data.forms.map((form) => [form.id, form]));
  const figures = new Map(data.figures.map(([address], i) => [address, i]));
  const places = new Map(); // number of a figure -> the first cell that shows it
  for (const form of data.forms) {
    form.lineAt = new Map(form.lines.map(([code], i) => [code, i]));
    form.columnAt = new Map(form.columns.map(([code], i) => [code, i]));
    form.lines.forEach(([, , , cells], l) => cells.forEach((raw, c) => {
      const cell = unfolded(raw);
      if (cell.figures.length === 1 && !places.has(cell.figures[0])) places.set(cell.figures[0], [form.id, l, c]);
    }));
  }
  return { ...data, number, forms, figureAt: figures, places };
}

/** A cell as a record; see gep.report.web_data for how it is written. */
function unfolded(raw) {
  if (raw === 0 || raw === undefined) return { kind: BLANK, shown: "", exact: "", figures: [], made: null, mark: "", text: "" };
  if (typeof raw === "string" || typeof raw[0] === "string") {
    return { kind: TEXT, shown: "", exact: "", figures: [], made: null, mark: "", text: raw };
  }
  const [kind, shown = "", exact = "", figures = [], made = 0, mark = "", text = ""] = raw;
  return { kind, shown, exact: exact || shown, figures: figures || [], made: made || null, mark, text };
}

const cellAt = (form, l, c) => unfolded(form.lines[l][3][c]);

function printed(cell) {
  if (cell.kind === TEXT) return say(cell.text) + cell.mark;
  return cell.shown ? grouped(cell.shown) + cell.mark : SIGNS[boot.cellKinds[cell.kind]] ?? "";
}

/** The columns of one kind that speak for a place: the nearest run of them before it (a form may have two halves), else the first. */
function speaking(form, c, kind) {
  const is = (i) => form.columns[i]?.[2] === kind;
  let last = Math.min(c, form.columns.length - 1);
  while (last >= 0 && !is(last)) last--;
  if (last < 0) last = form.columns.findIndex((column) => column[2] === kind);
  let first = last;
  while (is(first - 1)) first--;
  return last < 0 ? [] : Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

const lineName = (form, l, c = 0) =>
  speaking(form, c, "label").map((i) => printed(cellAt(form, l, i))).filter(Boolean).join(" ") || form.lines[l][0];
const columnName = (form, c) => [...form.columns[c][3], form.columns[c][1]].map(say).filter(Boolean).join(" · ");
const unitAt = (form, l, c) => {
  const own = say(form.columns[c][4] ?? "");
  const columns = speaking(form, c, "unit"), code = form.columns[c][0];
  const mine = columns.find((i) => form.columns[i][0] === `${code}_unit`) ?? columns.find((i) => !form.columns.some(([x]) => form.columns[i][0] === `${x}_unit`));
  const byLine = mine === undefined ? "" : printed(cellAt(form, l, mine));
  return own || byLine || say(form.unit ?? "");
};
