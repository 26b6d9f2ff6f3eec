// The data, texts in the report's language, and how elements are made. Text of pages and commits
// reaches the document through textContent alone.

const DATA = JSON.parse(document.getElementById("data").textContent);
const T = DATA.t;

/** The text of a key; `{name}` stands for a value, and `one|other` is chosen by `n`. */
function t(key, values = {}) {
  let text = T[key] ?? key;
  const bar = text.indexOf("|");
  if (bar >= 0) text = values.n === 1 ? text.slice(0, bar) : text.slice(bar + 1);
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === "number" ? number(value) : value;
  });
}

/** A text whose values are elements. */
function tn(key, values) {
  return (T[key] ?? key).split(/(\{\w+\})/).map((piece) => {
    const name = /^\{(\w+)\}$/.exec(piece)?.[1];
    return name ? values[name] : piece;
  });
}

const numbers = new Intl.NumberFormat(DATA.lang);
const number = (n) => numbers.format(n);

// What a reader can't see, or what turns the direction of the text around it.
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
const visible = (text) =>
  text.replace(HIDDEN, (c) => "[U+" + c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0") + "]");

/** An element with attributes (`on…` are listeners, `class` a name) and children. */
function h(name, attributes, ...children) {
  const element = document.createElement(name);
  fill(element, attributes, children);
  return element;
}

/** The same in SVG. */
function svg(name, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  fill(element, attributes, children);
  return element;
}

function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "style") for (const [k, v] of Object.entries(value)) element.style.setProperty(k, v);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  append(element, children);
}

function append(element, children) {
  for (const child of children) {
    if (child === undefined || child === null || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else if (child instanceof Node) element.append(child);
    else element.append(document.createTextNode(visible(String(child))));
  }
}

/** A sentence whose code stands in backquotes. */
function prose(text) {
  const pieces = text.split("`");
  if (pieces.length % 2 === 0) return [text];
  return pieces.map((piece, n) => (n % 2 === 1 ? h("code", {}, piece) : piece));
}

/** A link to the web where there is an address, else plain text. */
function link(href, attributes, ...children) {
  if (!href || !/^https?:\/\//.test(href)) return h("span", attributes, ...children);
  return h("a", { ...attributes, href, rel: "noopener noreferrer", target: "_blank" }, ...children);
}

const time = (day) => h("time", { datetime: day, class: "day" }, day);

/** A span of days in words, as the report's Rust side says it. */
function duration(days) {
  days = Math.max(0, days);
  const years = Math.floor(days / 365);
  const months = Math.floor((days % 365) / 30);
  if (!years && !months) return t("time.days", { n: days });
  if (!years) return t("time.months", { n: months });
  if (!months) return t("time.years", { n: years });
  return t("time.years", { n: years }) + T["time.join"] + t("time.months", { n: months });
}
const daysBetween = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / 86400000);

const DOCS = DATA.docs;
const FINDINGS = DATA.findings;
const COMMITS = DATA.commits;
const docByName = new Map(DOCS.map((doc, n) => [doc.id, n]));

FINDINGS.forEach((finding, n) => {
  finding.index = n;
});
DOCS.forEach((doc, n) => {
  doc.index = n;
  doc.findings = [];
});
for (const finding of FINDINGS) DOCS[finding.d].findings.push(finding);

const blocks = new Map();
/** The proof of a finding; its block is parsed when it is first asked for. */
function detail(finding) {
  const at = Math.floor(finding.index / DATA.block);
  if (!blocks.has(at)) {
    const element = document.getElementById("details-" + at);
    blocks.set(at, element ? JSON.parse(element.textContent) : []);
  }
  return blocks.get(at)[finding.index % DATA.block] ?? null;
}

const SEVERITIES = ["error", "warning", "note"];
const SEVERITY_RANK = { error: 2, warning: 1, note: 0 };
const LEVEL_RANK = { high: 2, medium: 1, low: 0 };
