// The browsable report: search over forms, lines, parameters, addresses and finding codes.

let index = null;

function indexed() {
  if (index && index.of === shown.number && index.lang === at.lang) return index.rows;
  const rows = [];
  const add = (kind, text, href, more = "") => rows.push({ kind, text, href, low: `${text} ${more}`.toLowerCase() });
  const everywhere = (names) => [names].flat().join(" ");
  boot.parts.forEach((p, n) => add("place", placeName(p), hashOf(n), `${p.region} ${everywhere(p.names)}`));
  for (const form of shown.forms.values()) {
    add("form", `${form.number || form.id} ${say(form.names)}`, hashOf(at.part, form.id), `${form.id} ${everywhere(form.names)}`);
    form.lines.forEach(([code, , , cells], l) => {
      const texts = cells.map(unfolded).filter((c) => c.kind === TEXT).map((c) => c.text);
      const line = form.columns.some(([, , kind]) => kind === "label") ? lineName(form, l) : texts.map(say).join(" ");
      const kind = form.section === "annex" || form.section === "quality" ? "text" : "line";
      add(kind, `${form.id} ${code} ${line}`, hashOf(at.part, form.id, `&line=${encodeURIComponent(code)}`), texts.map(everywhere).join(" "));
    });
  }
  shown.paragraphs.forEach(([, names, sentences], n) => {
    const said = sentences.map((spans) => spans.map(([text]) => say(text)).join("")).join(" ");
    add("text", `${say(names)} ${said}`.trim(), hashOf(at.part, paragraphView(n)), everywhere(names));
  });
  for (const [address] of shown.figures) add("address", address, hashOf(at.part, at.view, `&figure=${address}`));
  index = { of: shown.number, lang: at.lang, rows };
  return rows;
}

function search() {
  const text = el("search").value.trim().toLowerCase();
  const out = el("results");
  out.hidden = !text;
  if (!text) { out.replaceChildren(); return; }
  const wanted = text.split(/\s+/);
  const found = indexed().filter((r) => wanted.every((x) => r.low.includes(x)));
  const items = found.slice(0, ROW_LIMIT).map((r) => h("li", {}, h("a", { href: r.href }, h("span", { class: "kind" }, w(r.kind)), " ", r.text)));
  const head = found.length > ROW_LIMIT ? `${w("results", { n: found.length })} (${w("more_results", { n: ROW_LIMIT })})` : w("results", { n: found.length });
  out.replaceChildren(h("p", { role: "status" }, found.length ? head : w("nothing")), h("ul", {}, items));
}
