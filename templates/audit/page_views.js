// An audit on screen: the overview, the report, a chapter, a ledger with what stands around its table.

function drawView() {
  const main = el("view");
  const form = shown.forms.get(at.view);
  const chapter = boot.chapters.find((c) => c.key === at.view);
  if (form) main.replaceChildren(...formView(form, 2));
  else if (at.view === "report") main.replaceChildren(...report());
  else if (chapter) main.replaceChildren(...chapterView(chapter, 2, true));
  else main.replaceChildren(...overview());
  main.dataset.view = at.view || "overview";
}

/** The view that a paragraph of this section is read in: its chapter. */
const paragraphView = (n) => boot.chapters.find((c) => c.points.some(([, items]) => items.some(([, i]) => i === n)))?.key ?? "report";

function overview() {
  const made = [h("h2", {}, w("overview"))];
  if (boot.head.illustrative) made.push(h("p", { class: "note" }, w("illustrative_line")));
  made.push(h("section", {}, h("h3", {}, w("holders")), holders()));
  for (const key of ["evaluation", "problems"]) {
    const chapter = boot.chapters.find((c) => c.key === key);
    if (chapter?.points.length) made.push(h("section", { class: "words" }, chapterView({ ...chapter, forms: [], charts: [] }, 3, false)));
  }
  if (shown.charts.length) made.push(h("section", {}, h("h3", {}, w("charts")), h("div", { class: "charts" }, shown.charts.map(chart))));
  made.push(about());
  return made;
}

function holders() {
  const term = (start, end) => w("term_of", { start, end });
  const rows = boot.head.holders.map(([post, name, start, end, audited, acting]) => h("tr", { class: audited ? "total" : false },
    h("th", { scope: "row" }, say(post)), h("td", {}, name), h("td", {}, term(start, end)),
    h("td", {}, [w(audited ? "audited" : "beside"), acting ? w("acting") : ""].filter(Boolean).join(w("and")))));
  return h("div", { class: "box", tabindex: 0, role: "region", "aria-label": w("holders") }, h("table", {}, h("caption", {}, w("holders")),
    h("thead", {}, h("tr", {}, ["post", "holder", "term", "state"].map((key) => h("th", { scope: "col" }, w(key))))), h("tbody", {}, rows)));
}

function report() {
  return [h("h2", {}, w(boot.head.draft ? "title_draft" : "title")), ...boot.chapters.filter((c) => !c.annex || c.points.length)
    .map((c) => h("section", { class: "words" }, chapterView({ ...c, forms: [], charts: [] }, 3, true, c.forms)))];
}

/** A chapter: its paragraphs under their headings, then its charts and ledgers; `leads`: ledgers that are only named. */
function chapterView(chapter, level, told, leads = []) {
  const made = [h(`h${level}`, {}, say(chapter.title))];
  for (const [title, items] of chapter.points) {
    if (say(title)) made.push(h(`h${level + 1}`, {}, say(title)));
    for (const [lead, n] of items) {
      const [, , sentences] = shown.paragraphs[n];
      const lines = boot.listed.includes(chapter.key) ? sentences.map((one) => [one]) : [sentences];
      made.push(h("div", { id: `paragraph-${n}` }, lines.map((line, i) => h("p", {}, say(lead) && !i ? `${say(lead)} ` : null, line.map(sentence)))));
    }
  }
  if (told && !chapter.points.length && !chapter.forms.length && !leads.length) made.push(h("p", { class: "soft" }, w("nothing")));
  const charts = chapter.charts.map((n) => shown.charts[n]);
  if (charts.length) made.push(h("div", { class: "charts" }, charts.map(chart)));
  made.push(...chapter.forms.map((id) => shown.forms.get(id)).filter(Boolean).flatMap((f) => formView(f, level + 1)));
  const named = leads.map((id) => shown.forms.get(id)).filter(Boolean);
  if (named.length) made.push(h("p", { class: "same" }, named.flatMap((f, i) => [i ? w("and") : "", link(f.id, `${f.number || f.id} ${say(f.names)}`)])));
  return made;
}

/** A piece of a sentence leads to its figure; one that rests on several opens all of them. */
function sentence(spans) {
  return [...spans.map(([names, figures]) => {
    if (!figures.length) return say(names);
    if (figures.length > 1) return several(names, figures);
    return h("a", { class: "said", href: `${hashOf(at.part, at.view)}&figure=${encodeURIComponent(shown.figures[figures[0]][0])}` }, say(names));
  }), at.lang === "zh" ? "" : " "];
}

/** No button element: its words could not be broken over lines with the sentence around them. */
function several(names, figures) {
  const open = (event) => restsOn(event.currentTarget, names, figures);
  const press = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    open(event);
  };
  return h("span", { role: "button", tabindex: "0", class: "said", on: { click: open, keydown: press } }, say(names));
}

async function restsOn(button, names, figures) {
  opened(say(names), await stored(figures));
  opener = button;
}

/** The evidence forms that cite a figure, or the row that it stands in, each with its working paper; both lead to their ledgers. */
function evidenceOf(address) {
  const plain = address.replace(/@[^@/]*$/, "");
  const found = boot.evidence.filter(([, , , , cites]) => cites.some((c) => plain === c || plain.startsWith(`${c}/`)));
  if (!found.length) return listed([[w("evidence_forms"), w("ix_none")]]);
  const leads = (form, line) => h("a", { href: hashOf(at.part, form, `&line=${encodeURIComponent(line)}`) }, line);
  return listed([[w("evidence_forms"), found.map(([form, line, ledger, paper]) => h("div", {}, leads(form, line),
    paper ? [" · ", w("ix_paper"), " ", shown.forms.has(ledger) ? leads(ledger, paper) : paper] : null))]]);
}

function about() {
  const head = boot.head;
  const rows = [
    ["engagement", head.engagement], ["document", head.document], ["region", say(head.region)], ["evaluation_scheme", say(head.evaluation)],
    ["scheme", say(head.scheme)], ["profile", say(head.profile)], ["book", say(head.book)], ["known_on", say(head.known)],
    ["auditors", head.auditors.map(([who, role]) => `${w(role) || role} ${who}`).join("; ")],
    ["state", w(head.draft ? "draft_line" : "sealed")], ["made_on", head.madeOn], ["digest", head.digest], ["program", head.program],
  ].map(([key, text]) => [w(key), text]);
  const anchors = head.anchors.map(([name, value]) => [`${w("anchor")} ${name}`, h("code", {}, value)]);
  return h("section", { class: "about" }, h("h3", {}, w("about")), listed([...rows, ...anchors]), h("p", { class: "soft" }, w("personal_line")));
}

const listed = (rows) => h("dl", {}, rows.filter(([, x]) => x && x.length !== 0).flatMap(([term, x]) =>
  [h("dt", {}, term), h("dd", {}, ...[x].flat())]));

function formView(form, level) {
  const top = [h(`h${level}`, { id: `form-${form.id}`, tabindex: -1 }, h("span", { class: "id" }, form.number || form.id), " ", say(form.names))];
  if (form.unit || form.illustrative) {
    top.push(h("p", { class: "facts" }, form.unit ? `${w("unit")}: ${say(form.unit)}` : null, form.illustrative ? h("span", { class: "mark warn" }, w("illustrative")) : null));
  }
  const lists = [["notes", form.notes], ["checks", form.checks]].filter(([, texts]) => texts).map(([key, texts]) =>
    h("section", { class: key }, h(`h${level + 1}`, {}, w(key)), h("ul", {}, texts.map((t) => h("li", {}, say(t))))));
  const charts = shown.charts.filter((c) => c.forms[0] === form.id && at.view === form.id).map(chart);
  return [h("article", { class: "form", "aria-labelledby": `form-${form.id}` }, top, form.lines.length ? table(form) : null, lists,
    charts.length ? h("div", { class: "charts" }, charts) : null)];
}
