// The browsable report: tables with heads over several rows, sorted by a column, walked with arrow keys.

function table(form) {
  const caption = `${form.number || form.id} ${say(form.names)}, ${placeName(boot.parts[at.part])}`;
  const body = h("tbody", {}, form.lines.map((_, l) => row(form, l)));
  const made = h("table", { class: form.columns.length > 8 ? "wide" : false },
    h("caption", {}, caption), h("thead", {}, heads(form)), body);
  const first = body.querySelector(".fig");
  if (first) first.tabIndex = 0;
  return h("div", { class: "box", tabindex: first ? false : 0, role: "region", "aria-label": caption }, made);
}

/** Heads over several rows: neighbours under the same group share a cell. */
function heads(form) {
  const paths = form.columns.map(([, names, , group]) => [...group.map(say), say(names)]);
  const depth = Math.max(...paths.map((p) => p.length));
  return Array.from({ length: depth }, (_, level) => {
    const cells = [];
    for (let c = 0; c < paths.length; c++) {
      const path = paths[c];
      if (level === path.length - 1) cells.push(lastHead(form, c, depth - level));
      else if (level < path.length - 1) {
        const same = (other) => other.length > level + 1 && path.slice(0, level + 1).every((x, i) => x === other[i]);
        if (c > 0 && same(paths[c - 1])) continue;
        let span = 1;
        while (c + span < paths.length && same(paths[c + span])) span++;
        cells.push(h("th", { colspan: span, scope: "colgroup" }, path[level]));
      }
    }
    return h("tr", {}, cells);
  });
}

function lastHead(form, c, rows) {
  const [, names, kind, , unit] = form.columns[c];
  const button = h("button", { type: "button", class: "sort", data: { c }, title: w("sort") }, say(names) || "·",
    unit && say(unit) ? h("small", {}, say(unit)) : null);
  return h("th", { rowspan: rows > 1 ? rows : false, scope: "col", class: kind, "aria-sort": "none" }, button);
}

function row(form, l) {
  const [, style, indent] = form.lines[l];
  let named = false;
  const cells = form.columns.map(([, , kind], c) => {
    const cell = cellAt(form, l, c);
    if (kind === "label" && !named) {
      named = true;
      return h("th", { scope: "row", class: `label in${Math.min(indent, 6)}` }, content(form, l, c, cell));
    }
    return h("td", { class: cell.kind >= NUMBER || kind === "number" ? `${kind} n` : kind }, content(form, l, c, cell));
  });
  return h("tr", { class: style || false, data: { l } }, cells);
}

const content = (form, l, c, cell) => (cell.figures.length || cell.made ? figure(form, l, c, cell) : printed(cell));

function figure(form, l, c, cell) {
  return h("button", { type: "button", class: "fig", tabindex: -1, data: { form: form.id, l, c } }, printed(cell) || "·");
}

/** A click on a head: up, down, as it was. Headings of groups go while a column is sorted, totals stay at the end. */
function sort(button) {
  const head = button.closest("th"), tbl = button.closest("table"), body = tbl.tBodies[0];
  const form = shown.forms.get(tbl.closest("article").querySelector("[id^=form-]").id.slice(5));
  const next = { none: "ascending", ascending: "descending", descending: "none" }[head.getAttribute("aria-sort")];
  for (const th of tbl.querySelectorAll("[aria-sort]")) th.setAttribute("aria-sort", "none");
  head.setAttribute("aria-sort", next);
  const rows = [...body.rows].sort((a, b) => a.dataset.l - b.dataset.l);
  const c = Number(button.dataset.c);
  for (const tr of rows) tr.hidden = next !== "none" && tr.classList.contains("group");
  if (next !== "none") rows.sort(order(form, c, next === "ascending" ? 1 : -1));
  body.append(...rows);
  tell(next === "none" ? w("original") : w("sorted", { column: columnName(form, c), order: w(next) }));
}

function order(form, c, sign) {
  const key = (tr) => {
    const cell = cellAt(form, tr.dataset.l, c);
    return cell.shown ? Number(cell.exact) : cell.kind === TEXT ? printed(cell) : null;
  };
  return (a, b) => {
    const ends = (tr) => (tr.classList.contains("total") ? 2 : key(tr) === null ? 1 : 0);
    if (ends(a) !== ends(b)) return ends(a) - ends(b);
    const [x, y] = [key(a), key(b)];
    if (x === null || y === null) return a.dataset.l - b.dataset.l;
    const less = typeof x === "number" && typeof y === "number" ? x - y : `${x}`.localeCompare(`${y}`, at.lang, { numeric: true });
    return sign * less || a.dataset.l - b.dataset.l;
  };
}

/** Arrow keys go from figure to figure of a table; one of them is in the order of Tab. */
function step(event) {
  const button = event.target.closest("td .fig, th .fig");
  const ways = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  if (!button || !ways[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
  const [down, right] = ways[event.key];
  const rows = [...button.closest("tbody").rows].filter((tr) => !tr.hidden);
  let r = rows.indexOf(button.closest("tr")), c = [...rows[r].cells].indexOf(button.closest("td, th"));
  for (r += down, c += right; rows[r]?.cells[c]; r += down, c += right) {
    const next = rows[r].cells[c].querySelector(".fig");
    if (next) { event.preventDefault(); hold(next); next.focus(); return; }
  }
}

function hold(button) {
  const tbl = button.closest("tbody");
  if (!tbl) return;
  for (const other of tbl.querySelectorAll('.fig[tabindex="0"]')) other.tabIndex = -1;
  button.tabIndex = 0;
}
