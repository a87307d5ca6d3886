// The browsable report: title, choosers of region and year, contents.

const placeName = (p) => `${say(p.names)} ${w("year_of", { year: p.year })}`;
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
  el("title").textContent = `${say(p.names)} ${w("year_of", { year: p.year })}`;
  el("subtitle").textContent = w("statement");
  el("marks").replaceChildren(...marks(p).map(([text, kind]) => h("span", { class: `mark ${kind}` }, text)));
  drawChoosers(p);
  drawContents();
}

function marks(p) {
  const edition = boot.head.edition;
  return [
    [named(boot.states, p.state), "state"],
    p.state === "closed" && !boot.head.draft ? null : [w("draft"), "warn"],
    boot.head.illustrative ? [w("illustrative"), "warn"] : null,
    [w(edition), edition],
  ].filter(Boolean);
}

function drawChoosers(p) {
  const regions = new Map(boot.parts.map((x) => [x.region, x.names]));
  const years = [...new Set(boot.parts.map((x) => x.year))].sort();
  const held = (region, year) => boot.parts.some((x) => x.region === region && x.year === year);
  el("region").replaceChildren(...[...regions].map(([code, names]) =>
    h("option", { value: code, selected: code === p.region, disabled: !boot.parts.some((x) => x.region === code) }, say(names))));
  el("year").replaceChildren(...years.map((y) =>
    h("option", { value: y, selected: y === p.year, disabled: !held(p.region, y) }, w("year_of", { year: y }))));
}

function choose() {
  const region = el("region").value, year = Number(el("year").value);
  let number = boot.parts.findIndex((p) => p.region === region && p.year === year);
  if (number < 0) number = boot.parts.findIndex((p) => p.region === region); // a region that begins or ends: its latest year
  location.hash = hashOf(number, at.view);
}

function drawContents() {
  const here = (view) => (view === at.view ? "page" : false);
  const link = (view, ...text) => h("a", { href: hashOf(at.part, view), "aria-current": here(view) }, ...text);
  const made = [h("li", {}, link("", w("overview")))];
  for (const [section, names] of Object.entries(boot.sections)) {
    const forms = [...shown.forms.values()].filter((f) => f.section === section);
    if (!forms.length) continue;
    const inner = forms.map((f) => h("li", {}, link(f.id, h("span", { class: "id" }, f.number || f.id), " ", say(f.names))));
    made.push(h("li", {}, link(section, say(names)), h("ul", {}, inner)));
  }
  el("contents").replaceChildren(h("ul", {}, made));
}
