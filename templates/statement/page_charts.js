// The browsable report: charts, drawn as SVG when the file was made; only shapes and texts of it are taken over.

const SVG_SHAPES = new Set(["svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan",
  "defs", "clipPath", "linearGradient", "radialGradient", "stop", "pattern", "title", "a", "mask"]);

function chart(one, n) {
  const links = one.forms.filter((id) => shown.forms.has(id)).map((id) => h("a", { href: hashOf(at.part, id) }, id));
  const drawn = one.svg ? picture(say(one.svg), `c${at.part}-${n}-`, say(one.alt)) : h("p", {}, say(one.alt));
  return h("figure", { class: "chart" }, h("figcaption", {}, say(one.names)), h("div", { class: "drawing" }, drawn),
    links.length ? h("p", { class: "same" }, w("same_figures"), " ", links.flatMap((a, i) => (i ? [w("and"), a] : [a]))) : null);
}

function picture(text, prefix, alt) {
  const read = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  if (read.localName !== "svg") return h("p", {}, alt);
  cleaned(read, prefix);
  const made = document.importNode(read, true);
  made.setAttribute("role", "img");
  made.setAttribute("aria-label", alt);
  if (!made.getAttribute("viewBox")) made.setAttribute("viewBox", `0 0 ${parseFloat(made.getAttribute("width"))} ${parseFloat(made.getAttribute("height"))}`);
  made.style.maxWidth = `${parseFloat(made.getAttribute("width"))}px`;
  made.removeAttribute("height");
  made.setAttribute("width", "100%");
  return made;
}

function cleaned(node, prefix) {
  const figure = node.localName === "a" ? /#figure=(.*)$/.exec(node.getAttribute("href") ?? node.getAttributeNS(XLINK, "href") ?? "") : null;
  for (const { name, value } of [...node.attributes]) {
    if (/^on|href$/i.test(name) || /^(role|tabindex|aria-)/.test(name)) node.removeAttribute(name);
    else if (name === "id") node.setAttribute(name, prefix + value);
    else if (/url\(/.test(value)) {
      const own = /^url\(["']?#([^"')]+)["']?\)$/.exec(value.trim());
      if (own) node.setAttribute(name, `url(#${prefix}${own[1]})`); else node.removeAttribute(name);
    }
  }
  if (figure) node.dataset.figure = decoded(figure[1]);
  for (const child of [...node.children]) {
    if (SVG_SHAPES.has(child.localName)) cleaned(child, prefix); else child.remove();
  }
}
