// The browsable report: what the address in the browser asks for, and how everything begins.

// --- where we are: #region/year/view&figure=ADDRESS&cell=form~line~column&line=code

const decoded = (text) => { try { return decodeURIComponent(text); } catch { return text; } };

function asked() {
  const given = { path: [] };
  for (const piece of location.hash.slice(1).split("&")) {
    const [, name, value] = /^(figure|cell|line)=(.*)$/s.exec(piece) ?? [];
    if (name) given[name] = decoded(value); else if (piece) given.path = piece.split("/").map(decoded);
  }
  return given;
}

function partOf([region, year]) {
  return boot.parts.findIndex((p) => p.region === region && p.year === Number(year));
}

async function route() {
  const given = asked();
  let number = partOf(given.path);
  if (number < 0 && given.figure && !given.path.length) number = shown?.figureAt.has(given.figure) ? at.part : partOf(given.figure.split("/").slice(1, 3));
  const view = given.path.length ? given.path[2] ?? "" : at.view;
  await show(number < 0 ? 0 : number, view);
  if (given.line !== undefined) goTo(given.line);
  await explain(given);
}

async function show(number, view) {
  const changed = shown?.number !== number || view !== at.view || shown.lang !== at.lang;
  if (!changed) return;
  at.part = number;
  shown = { ...await part(number), lang: at.lang };
  at.view = shown.forms.has(view) || boot.sections[view] ? view : "";
  drawFrame();
  drawView();
  el("results").hidden = true;
  if (narrow.matches) el("menu").open = false;
  scrollTo(0, 0);
  tell(document.title);
}

async function explain(given) {
  if (given.cell) {
    const [id, line, column] = given.cell.split("~");
    const form = shown.forms.get(id), l = form?.lineAt.get(line), c = form?.columnAt.get(column);
    if (l !== undefined && c !== undefined) return explainCell(form, l, c);
  }
  if (!given.figure) return left();
  const number = shown.figureAt.get(given.figure) ?? await elsewhere(given.figure);
  if (number === undefined) return opened(w("explanation"), [h("p", {}, w("lost", { what: given.figure }))]);
  const place = shown.places.get(number);
  if (place) return explainCell(shown.forms.get(place[0]), place[1], place[2]);
  opened(w("explanation"), await stored([number]));
}

let leaving = false;

/** The address names no figure any more: what was open is closed, and the address stays as it is. */
function left() {
  leaving = panel.open;
  close();
}

/** A figure that another part of the file holds: that part is opened. */
async function elsewhere(address) {
  for (let n = 0; n < boot.parts.length; n++) {
    if ((await part(n)).figureAt.has(address)) {
      await show(n, "");
      return shown.figureAt.get(address);
    }
  }
  return undefined;
}

function goTo(code) {
  const l = shown.forms.get(at.view)?.lineAt.get(code);
  const tr = el("view").querySelector(`tr[data-l="${l}"]`);
  if (!tr) return;
  tr.classList.add("found");
  tr.scrollIntoView({ block: "center" });
  (tr.querySelector(".fig") ?? el(`form-${at.view}`)).focus({ preventScroll: true });
}

function press(button) {
  const form = shown.forms.get(button.dataset.form), l = Number(button.dataset.l), c = Number(button.dataset.c);
  const cell = cellAt(form, l, c);
  const place = shown.places.get(cell.figures[0]) ?? [];
  const first = place[0] === form.id && place[1] === l && place[2] === c;
  const more = cell.figures.length === 1 && first ? `&figure=${shown.figures[cell.figures[0]][0]}`
    : `&cell=${encodeURIComponent([form.id, form.lines[l][0], form.columns[c][0]].join("~"))}`;
  if (!panel.contains(button)) { opener = button; hold(button); }
  const hash = hashOf(at.part, at.view, more);
  if (location.hash === hash || decodeURI(location.hash) === decodeURI(hash)) explainCell(form, l, c);
  else location.hash = hash;
}

const narrow = matchMedia("(max-width: 60rem)");

const tell = (text) => { el("live").textContent = text; };

// --- beginning

document.addEventListener("click", (event) => {
  const fig = event.target.closest?.(".fig");
  if (fig) return press(fig);
  const head = event.target.closest?.(".sort");
  if (head) return sort(head);
  const mark = event.target.closest?.("[data-figure]");
  if (mark) location.hash = hashOf(at.part, at.view, `&figure=${mark.dataset.figure}`);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel.open && !panel.matches(":modal")) { event.preventDefault(); close(); }
  else if (event.key === "Escape" && !el("results").hidden) { el("results").hidden = true; el("search").focus(); }
  else step(event);
});
panel.addEventListener("close", () => {
  if (leaving) { leaving = false; return; } // the address says already where the reader is
  const path = location.hash.split("&")[0];
  if (location.hash !== path) history.replaceState(null, "", path || "#");
  (opener?.isConnected ? opener : el("main")).focus();
  opener = null;
});
el("skip").addEventListener("click", (event) => { event.preventDefault(); el("main").focus(); });
el("panel-close").addEventListener("click", close);
el("language").addEventListener("click", async () => {
  at.lang = at.lang === "zh" ? "en" : "zh";
  close();
  await show(at.part, at.view);
  el("language").focus();
});
el("region")?.addEventListener("change", choose);
el("year")?.addEventListener("change", choose);
el("print").addEventListener("click", () => print());
el("search").addEventListener("input", search);
el("search").addEventListener("focus", search);
el("search").addEventListener("keydown", (event) => {
  if (event.key === "Enter") el("results").querySelector("a")?.click();
  if (event.key === "ArrowDown") { event.preventDefault(); el("results").querySelector("a")?.focus(); }
});
narrow.addEventListener("change", () => { el("menu").open = !narrow.matches; });
addEventListener("hashchange", route);
addEventListener("beforeprint", () => { document.body.classList.add("printing"); });
addEventListener("afterprint", () => { document.body.classList.remove("printing"); });

if (typeof DecompressionStream === "undefined") el("view").replaceChildren(h("p", { class: "note" }, w("old_browser")));
else route().then(() => { document.body.dataset.ready = "yes"; });
