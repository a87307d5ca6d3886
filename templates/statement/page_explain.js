// The browsable report: what a figure rests on, down to returned cells and parameters.

const panel = el("panel");

async function explainCell(form, l, c) {
  const cell = cellAt(form, l, c), unit = unitAt(form, l, c);
  const facts = [[w("line"), lineName(form, l, c)], [w("column"), columnName(form, c)], [w("printed"), [h("strong", {}, printed(cell)), " ", unit]]];
  if (cell.exact !== cell.shown) facts.push([w("exact"), `${plain(cell.exact)} ${unit}`]);
  const body = [listed(facts)];
  if (boot.cellKinds[cell.kind] === "suppressed") body.push(h("p", { class: "note" }, w("withheld")));
  if (cell.made) body.push(madeOf(form, cell));
  if (cell.figures.length) body.push(...await stored(cell.figures));
  else if (!cell.made) body.push(h("p", {}, w("no_rest")));
  opened(`${form.number || form.id} · ${lineName(form, l, c)}`, body);
}

function madeOf(form, cell) {
  const [operation, terms] = cell.made;
  const name = boot.operationIds[operation];
  const items = terms.map(([sign, ...ref], i) => {
    const other = ref.length === 3 ? shown.forms.get(ref[0]) : form;
    const l = ref.length === 3 ? other?.lineAt.get(ref[1]) : ref[0], c = ref.length === 3 ? other?.columnAt.get(ref[2]) : ref[1];
    const lead = name === "sum" ? (sign < 0 ? "\u2212 " : i ? "+ " : "") : i ? "÷ " : "";
    if (!other || l === undefined || c === undefined) return h("li", {}, lead, ref.join(" "));
    const of = cellAt(other, l, c), where = [other === form ? "" : other.number || other.id, lineName(other, l, c), columnName(other, c)];
    return h("li", {}, lead, figure(other, l, c, of), ` ${unitAt(other, l, c)} `, h("span", { class: "soft" }, where.filter(Boolean).join(" · ")));
  });
  return h("section", { class: "made" }, h("h3", {}, w("made")), h("p", {}, say(boot.operations[name])), h("ul", {}, items));
}

/** The figures of the book that stand behind a cell, each with its address and its tree. */
async function stored(numbers) {
  const several = numbers.length > 1;
  const made = [h("h3", {}, several ? w("stored_sum", { n: numbers.length }) : w("stored"))];
  for (const number of numbers) {
    const [address, nodes, files] = shown.figures[number];
    made.push(h("section", { class: "stored" }, addressLine(address),
      files ? listed([[w("files"), files.map(([file, sha, why]) => h("div", {}, file, why ? ` (${why})` : "", " ", h("code", {}, sha)))]]) : null,
      typeof evidenceOf === "function" ? evidenceOf(address) : null,
      nodes.length ? await tree(nodes, !several) : h("p", { class: "soft" }, w("not_in_book"))));
  }
  return made;
}

function addressLine(address) {
  const ask = address.includes("@") ? h("code", {}, `gep explain BOOK '${address}'`) : "";
  return listed([[w("address"), h("code", {}, address)], [w("ask"), ask]]);
}

async function tree(numbers, open) {
  const nodes = await Promise.all(numbers.map(node));
  return h("ul", { class: "tree" }, nodes.map((n) => branch(n, null, open && nodes.length === 1, null)));
}

async function node(number) {
  let [low, high] = [0, boot.nodes.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (boot.nodes[middle][1] <= number) low = middle; else high = middle - 1;
  }
  const [id, first] = boot.nodes[low];
  const [data, tables] = await Promise.all([block(id), block("tables")]);
  if (!data.ready) {
    for (const field of [1, 2, 6]) data[field].forEach((_, i, all) => { if (i) all[i] += all[i - 1]; });
    data.ready = true;
  }
  const i = number - first;
  const [kind, what, place, amount, unit, state, said, own, below, roles, rows] = data.map((field) => field[i]);
  return {
    number, kind: KIND[kind], what: tables.whats[what], place: tables.places[place], amount, unit: say(tables.units[unit]),
    state: tables.states[state], said: tables.saids[said], own: own || [], below: below.map((d) => d + number),
    roles: tables.roles[roles], rows: rows || [], pattern: tables.patterns[said], tables,
  };
}

function amountOf(n) {
  if (n.state === "suppressed") return SIGNS.suppressed;
  if (n.amount === null) return n.state === "not_applicable" ? SIGNS.not_applicable : SIGNS.missing;
  return `${plain(n.amount)}${n.unit ? ` ${n.unit}` : ""}`;
}

const titleOf = (n) => (n.kind === "row_sum" ? `∑ ${n.said[2].replaceAll(" * ", " × ").replaceAll(" / ", " ÷ ").replaceAll(" - ", " − ")}` : say(n.what[1]));

function branch(n, role, open, above) {
  const slack = role && !role[1];
  const [region, period] = n.place;
  const elsewhere = above && above.place[0] === region && above.place[1] === period ? "" : [named(n.tables.regions, region), period].filter(Boolean).join(" ");
  const summary = h("summary", {}, h("span", { class: `kind ${n.kind}` }, w(n.kind)), " ",
    role ? h("code", {}, role[0]) : null, role ? " " : null, titleOf(n), " ", h("strong", {}, amountOf(n)),
    elsewhere && n.kind !== "parameter" ? h("span", { class: "soft" }, ` ${elsewhere}`) : null,
    slack ? h("em", {}, ` (${w("slack")})`) : null);
  const details = h("details", {}, summary);
  let filled = false;
  const fill = async () => { if (!filled) { filled = true; details.append(...await inside(n)); } };
  details.addEventListener("toggle", () => { if (details.open) fill(); });
  if (open) { details.open = true; fill(); }
  return h("li", { class: slack ? "slack" : false }, details);
}

async function inside(n) {
  const below = await Promise.all(n.below.map(node));
  const roles = n.below.map((_, i) => (n.kind === "calculation" ? n.roles[i] : null));
  const made = [{ calculation, row_sum: rowSum, total: () => [listed([[w("state"), n.state === "value" ? "" : named(boot.cellStates, n.state)]]), h("p", { class: "soft" }, w("parts"))], cell: returned, parameter }[n.kind](n, below, roles)];
  if (n.kind === "row_sum") {
    const inRows = new Set(n.rows.flatMap(([, nodes]) => nodes));
    const rest = below.filter((_, i) => !inRows.has(i) || !n.rows.length);
    if (rest.length) made.push(h("ul", { class: "tree" }, rest.map((b) => branch(b, null, false, n))));
  } else if (below.length) {
    made.push(h("ul", { class: "tree" }, below.map((b, i) => branch(b, roles[i], below.length === 1, n))));
  }
  return made.flat();
}

function calculation(n, below, roles) {
  const [, rule, version, clause, source, , , places] = n.said;
  const labels = new Map(roles.map(([name], i) => [name, titleOf(below[i])]));
  const amounts = new Map(roles.map(([name], i) => [name, bracketed(amountOf(below[i]))]));
  const made = [];
  if (n.pattern) {
    const typeset = n.pattern.mathml ?? n.pattern[2];
    if (typeset && typeset.length) made.push(h("div", { class: "formula", tabindex: 0, role: "region", "aria-label": w("formula") }, math(typeset, labels)));
    made.push(listed([
      [w("formula"), filled(n.pattern[0], labels)],
      [w("numbers"), `${filled(n.pattern[1], amounts)} = ${amountOf(n)}`],
    ]));
  }
  made.push(listed([
    [w("rule"), h("code", {}, `${rule}@${version}`)], [w("clause"), clause], [w("source"), cited(n, source)],
    [w("rounding"), n.amount === null || !places ? "" : w("half_even", { places })], ...stateRows(n, n.own[0]),
  ]));
  return made;
}

const bracketed = (text) => (text.startsWith("\u2212") ? `(${text})` : text);
const filled = (text, by) => text.replace(/\ue000(.*?)\ue001/g, (_, name) => by.get(name) ?? name);
const cited = (n, source, locator = "") => [n.tables.sources[source] ?? source, locator].filter((x) => x && x !== "-").join(", ");
const stateRows = (n, reason) => (n.state === "value" ? [] : [
  [w("state"), n.state === "suppressed" ? w("withheld") : named(boot.cellStates, n.state)], [w("reason"), reason]]);

/** Nested [tag, …] as MathML elements; names stand in texts between two marks. */
function math(tree, labels) {
  const made = document.createElementNS(MATH, tree[0]);
  for (const inner of tree.slice(1)) made.append(typeof inner === "string" ? filled(inner, labels) : math(inner, labels));
  return made;
}

function rowSum(n, below) {
  const [, , , records, ...inputs] = n.said;
  const files = n.tables.returned[`${records}/${n.place[1].slice(0, 4)}`] ?? [];
  const [count, missing, sha] = n.own;
  const made = [listed([
    [w("rows"), count === undefined || count === "" ? "" : missing === "0" ? count : w("rows_missing", { n: count, missing })],
    [w("records"), records ? h("code", {}, records) : ""],
    [w("file"), files.map(([file, digest]) => h("div", {}, file, " ", h("code", {}, digest)))],
    [w("rows_hash"), sha ? h("code", {}, sha) : ""], ...stateRows(n, ""),
  ])];
  if (!n.rows.length) return made;
  const lines = n.rows.map(([key, nodes, values]) => h("tr", {}, h("th", { scope: "row" }, key),
    values.length ? values.map((v) => h("td", { class: "n" }, plain(v)))
      : nodes.map((i) => h("td", { class: "n" }, opens(below[i])))));
  made.push(h("div", { class: "box rows", tabindex: 0, role: "region", "aria-label": w("rows") }, h("table", {},
    h("caption", {}, `${w("product")}: ${titleOf(n)}`),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, w("row_key")), inputs.map((i) => h("th", { scope: "col" }, i)))), h("tbody", {}, lines))));
  const left = Number(count) - n.rows.length;
  if (left > 0) made.push(h("p", { class: "soft" }, w("rows_more", { n: left })));
  const slot = h("ul", { class: "tree" });
  made.push(slot);
  return made;
}

/** An amount in a table of rows: a click adds its own tree below the table. */
function opens(n) {
  const button = h("button", { type: "button", class: "node", title: titleOf(n) }, amountOf(n));
  button.addEventListener("click", () => {
    const slot = button.closest(".box").parentElement.querySelector(":scope > ul.tree");
    const made = branch(n, null, true, null);
    slot.replaceChildren(made);
    made.querySelector("summary").focus();
  });
  return button;
}

function returned(n) {
  const [, file, sha, department, source, column] = n.said;
  const [line, note, reason, evidence] = n.own;
  const where = [file, line ? w("file_row", { row: line }) : "", line && column ? `${w("column")} ${column}` : ""].filter(Boolean).join(", ");
  return [listed([
    [w("file"), where || w("not_returned")], ["SHA-256", sha ? h("code", {}, sha) : ""], [w("department"), department],
    [w("source"), cited(n, source)], [w("note"), note], [w("evidence"), evidence === "-" ? "" : evidence], ...stateRows(n, reason),
  ])];
}

function parameter(n) {
  const [, file, status, source, locator, set] = n.said;
  const [low, high, line, from, note] = n.own;
  const mark = status === "illustrative" ? h("span", { class: "mark warn" }, named(boot.statuses, status)) : named(boot.statuses, status);
  return [listed([
    ["ID", h("code", {}, n.what[2])], [w("value"), amountOf(n)], [w("range"), low && high ? `${plain(low)} – ${plain(high)}` : ""],
    [w("status"), mark], [w("source"), cited(n, source, locator)], [w("region"), named(n.tables.regions, n.place[0])],
    [w("valid_from"), from === "0001-01-01" ? "" : from], [w("file"), [file, line ? w("file_row", { row: line }) : ""].filter(Boolean).join(", ")],
    [w("note"), note],
  ])];
}

function opened(title, body) {
  el("panel-title").textContent = title;
  el("panel-body").replaceChildren(...body);
  if (!panel.open) {
    if (narrow.matches) panel.showModal(); else panel.show();
  }
  panel.scrollTop = 0;
  el("panel-title").focus();
}

function close() {
  if (panel.open) panel.close();
}
