// The browsable report: the overview, and a form with what stands around its table.

function drawView() {
  const main = el("view");
  const section = boot.sections[at.view];
  const form = shown.forms.get(at.view);
  if (form) main.replaceChildren(...formView(form, 2));
  else if (section) {
    const forms = [...shown.forms.values()].filter((f) => f.section === at.view);
    main.replaceChildren(h("h2", {}, say(section)), ...forms.flatMap((f) => formView(f, 3)));
  } else main.replaceChildren(...overview());
  main.dataset.view = at.view || "overview";
}

function overview() {
  const made = [h("h2", {}, w("overview"))];
  if (boot.head.edition === "public") made.push(h("p", { class: "note" }, w("public_note")));
  const cards = shown.cards.map(card).filter(Boolean);
  if (cards.length) made.push(h("ul", { class: "cards" }, cards));
  const own = shown.forms.get("P1");
  if (own) made.push(h("p", {}, h("a", { href: hashOf(at.part, "P1") }, say(own.names))));
  for (const [, names, sentences] of shown.paragraphs) {
    made.push(h("section", { class: "words" }, h("h3", {}, say(names)), h("p", {}, sentences.map(sentence))));
  }
  if (shown.charts.length) made.push(h("section", {}, h("h3", {}, w("charts")), h("div", { class: "charts" }, shown.charts.map(chart))));
  made.push(about());
  return made;
}

function card([id, line, column, ...ends]) {
  const form = shown.forms.get(id), l = form.lineAt.get(line), c = form.columnAt.get(column);
  const cell = cellAt(form, l, c);
  const title = id === "G1" ? columnName(form, c).split(" · ")[0] : lineName(form, l, c);
  const interval = ends.map((end) => cellAt(form, l, form.columnAt.get(end))).filter((e) => e.shown).map(printed);
  return h("li", {},
    h("span", { class: "title" }, title),
    h("span", { class: "amount" }, figure(form, l, c, cell), " ", h("span", { class: "unit" }, unitAt(form, l, c))),
    interval.length === 2 ? h("span", { class: "ends" }, `${w("interval")} ${interval.join(" – ")}`) : null);
}

/** The view that a paragraph is read in: the overview holds all of them. */
const paragraphView = () => "";

function sentence(spans) {
  return [...spans.map(([names, figures]) => {
    if (!figures.length) return say(names);
    return h("a", { class: "said", href: `${hashOf(at.part, at.view)}&figure=${shown.figures[figures[0]][0]}` }, say(names));
  }), at.lang === "zh" ? "" : " "];
}

function about() {
  const head = boot.head, p = boot.parts[at.part];
  const rows = [
    ["issuer", say(head.issuer)], ["profile", say(head.gep)], ["scheme", say(head.assets)],
    ["state", named(boot.states, p.state)], ["vintage", `${p.vintage}`], ["made_on", head.madeOn],
    ["steps", head.steps.map(([act, who, day]) => `${named(boot.states, act)} ${who} ${day}`).join("; ")],
    ["digest", head.digest], ["hash_rules", head.rules], ["hash_input", head.input], ["hash_release", head.release],
    ["program", head.program],
  ];
  return h("section", { class: "about" }, h("h3", {}, w("about")), listed(rows.map(([key, text]) => [w(key), text])));
}

const listed = (rows) => h("dl", {}, rows.filter(([, x]) => x && x.length !== 0).flatMap(([term, x]) =>
  [h("dt", {}, term), h("dd", {}, ...[x].flat())]));

function formView(form, level) {
  const top = [h(`h${level}`, { id: `form-${form.id}`, tabindex: -1 }, h("span", { class: "id" }, form.number || form.id), " ", say(form.names))];
  const facts = [
    form.unit ? `${w("unit")}: ${say(form.unit)}` : "", form.department ? `${w("department")}: ${form.department}` : "",
  ].filter(Boolean).join("　");
  if (facts || form.illustrative) {
    top.push(h("p", { class: "facts" }, facts, form.illustrative ? h("span", { class: "mark warn" }, w("illustrative")) : null));
  }
  const lists = [["notes", form.notes], ["checks", form.checks]].filter(([, texts]) => texts).map(([key, texts]) =>
    h("section", { class: key }, h(`h${level + 1}`, {}, w(key)), h("ul", {}, texts.map((t) => h("li", {}, say(t))))));
  const charts = shown.charts.filter((c) => c.forms[0] === form.id && at.view === form.id).map(chart);
  return [h("article", { class: "form", "aria-labelledby": `form-${form.id}` }, top, table(form), lists,
    charts.length ? h("div", { class: "charts" }, charts) : null)];
}
