// An audit on screen: title, marks, tabs of the ledgers, contents.

const placeName = (p) => say(p.names);
const hashOf = (number, view = "", more = "") => {
  const p = boot.parts[number];
  return `#${encodeURI([p.region, p.year, view].filter((x) => x !== "").join("/"))}${more}`;
};

function drawFrame() {
  document.documentElement.lang = at.lang === "zh" ? "zh-CN" : "en";
  for (const node of document.querySelectorAll("[data-w]")) node.textContent = w(node.dataset.w);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", w(node.dataset.label));
  el("language").lang = at.lang === "zh" ? "en" : "zh-CN";
  el("search").placeholder = w("search");
  const p = boot.parts[at.part];
  document.title = `${placeName(p)} · ${w("statement")}`;
  el("title").textContent = placeName(p);
  el("subtitle").textContent = w("statement");
  const marks = [[w(boot.head.draft ? "draft" : "sealed"), boot.head.draft ? "warn" : "state"], boot.head.illustrative ? [w("illustrative"), "warn"] : null];
  el("marks").replaceChildren(...marks.filter(Boolean).map(([text, kind]) => h("span", { class: `mark ${kind}` }, text)));
  drawTabs();
  drawContents();
}

const link = (view, ...text) => h("a", { href: hashOf(at.part, view), "aria-current": view === at.view ? "page" : false }, ...text);

/** One tab for the overview, one for the report, one for each ledger by its number. */
function drawTabs() {
  const forms = boot.chapters.flatMap((c) => c.forms).map((id) => shown.forms.get(id)).filter(Boolean);
  const several = new Set(forms.map((f) => f.number).filter((n, i, all) => all.indexOf(n) !== i));
  const name = (f) => (several.has(f.number) ? f.id : f.number || f.id);
  const made = [link("", w("overview")), link("report", w("report")), ...forms.map((f) => {
    const tab = link(f.id, name(f));
    tab.title = say(f.names);
    return tab;
  })];
  el("tabs").replaceChildren(...made);
  el("tabs").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
}

function drawContents() {
  const made = [h("li", {}, link("", w("overview"))), h("li", {}, link("report", w("report")))];
  for (const c of boot.chapters) {
    const inner = c.forms.map((id) => shown.forms.get(id)).filter(Boolean)
      .map((f) => h("li", {}, link(f.id, h("span", { class: "id" }, f.number || f.id), " ", say(f.names))));
    const view = boot.sections[c.key] ? c.key : c.forms[0];
    if (view !== c.forms[0]) made.push(h("li", {}, link(view, say(c.title)), inner.length ? h("ul", {}, inner) : null));
    else made.push(...inner);
  }
  el("contents").replaceChildren(h("ul", {}, made));
}
