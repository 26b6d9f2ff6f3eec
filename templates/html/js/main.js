// The frame around the views: navigation, theme, keyboard.

const THEMES = ["auto", "light", "dark"];

function stored(value) {
  // Storage may be closed to a file opened from disk; the theme is then kept for this visit only.
  try {
    if (value !== undefined) localStorage.setItem("shelflife-theme", value);
    return localStorage.getItem("shelflife-theme");
  } catch {
    return null;
  }
}

let theme = THEMES.includes(stored()) ? stored() : "auto";

const themeButton = h("button", { type: "button", class: "button icon-only", id: "theme", "aria-keyshortcuts": "t", onclick: () => nextTheme() });

function showTheme() {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  themeButton.replaceChildren(icon(theme));
  themeButton.setAttribute("aria-label", t("nav.theme." + theme));
  themeButton.title = t("nav.theme." + theme);
}

function nextTheme() {
  theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
  stored(theme);
  showTheme();
  announce(t("nav.theme." + theme));
}

const keys = [
  [["/"], "keys.search"],
  [["j", "k"], "keys.move"],
  [["Enter"], "keys.open"],
  [["Esc"], "keys.back"],
  [["1", "2", "3"], "keys.views"],
  [["t"], "keys.theme"],
  [["?"], "keys.help"],
];
const help = h(
  "dialog",
  { class: "help", "aria-labelledby": "help-title", onclick: (event) => event.target === help && help.close() },
  h("h2", { id: "help-title" }, t("nav.keys")),
  h("dl", {}, keys.map(([names, what]) => h("div", {}, h("dt", {}, names.map((name) => h("kbd", {}, name))), h("dd", {}, t(what))))),
  h("button", { type: "button", class: "button", onclick: () => help.close() }, t("nav.close")),
);

const tabs = ["overview", "findings", "pages"].map((view) =>
  h(
    "a",
    { href: address(view) },
    t("nav." + view),
    view === "findings" && h("span", { class: "badge" }, number(FINDINGS.length)),
    view === "pages" && h("span", { class: "badge" }, number(DOCS.length)),
  ),
);

const main = h("main", { id: "main" });
let current = "";

/** Shows what the address asks for. */
function show(event) {
  const at = route();
  if (event && location.hash === current) return;
  const first = current === "";
  current = location.hash;
  if (at.view === "page") main.replaceChildren(pageView(at.name, at.query));
  else if (at.view === "overview") main.replaceChildren(overview());
  else {
    main.replaceChildren(listView(at.view, at.query));
    current = location.hash;
  }
  const tab = at.view === "page" ? "pages" : at.view;
  tabs.forEach((link, n) => {
    if (["overview", "findings", "pages"][n] === tab && at.view !== "page") link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  });
  const title = document.getElementById("title");
  document.title = (at.view === "overview" ? "" : visible(title?.textContent ?? "") + " · ") + t("report.title");
  if (!first) {
    title?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }
  const wanted = at.view === "page" && at.query.get("finding");
  if (wanted) {
    const article = [...main.querySelectorAll("article")].find((it) => it.dataset.fp === wanted);
    if (article && article.previousElementSibling) {
      article.scrollIntoView({ block: "start" });
      article.focus({ preventScroll: true });
    }
  }
}

/** Moves the focus along the rows of a list or the findings of a page. */
function move(by) {
  const stops = [...main.querySelectorAll("a.row, article.finding")];
  if (!stops.length) return;
  const now = stops.findIndex((stop) => stop === document.activeElement || (stop.tagName === "ARTICLE" && stop.contains(document.activeElement)));
  const next = stops[Math.min(stops.length - 1, Math.max(0, now < 0 ? (by > 0 ? 0 : stops.length - 1) : now + by))];
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: next.tagName === "ARTICLE" ? "start" : "nearest" });
}

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName ?? "");
  if (event.key === "Escape") {
    if (typing) event.target.blur();
    else if (route().view === "page") location.hash = lastList;
    else return;
  } else if (typing) return;
  else if (event.key === "/") {
    const search = document.getElementById("search");
    if (search) search.focus();
    else {
      location.hash = address("findings");
      show();
      document.getElementById("search")?.focus();
    }
  } else if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "t") nextTheme();
  else if (event.key === "?") help.showModal();
  else if (["1", "2", "3"].includes(event.key)) location.hash = address(["overview", "findings", "pages"][event.key - 1]);
  else return;
  event.preventDefault();
}

function start() {
  showTheme();
  append(document.getElementById("app"), [
    h("a", { class: "skip", href: "#main", onclick: (event) => { event.preventDefault(); document.getElementById("title")?.focus(); } }, t("nav.skip")),
    h(
      "header",
      { class: "top" },
      h("div", { class: "bar" },
        h("a", { class: "brand", href: address("overview") }, t("report.name")),
        h("nav", { "aria-label": t("nav.main") }, tabs),
        h("div", { class: "right" },
          h("button", { type: "button", class: "button icon-only keys", "aria-label": t("nav.keys"), title: t("nav.keys"), "aria-keyshortcuts": "?", onclick: () => help.showModal() }, "?"),
          themeButton,
        ),
      ),
    ),
    main,
    h("footer", { class: "bottom" }, h("p", {}, t("report.made-by", { tool: DATA.tool }))),
    h("p", { id: "live", class: "offscreen", role: "status" }),
    help,
  ]);
  // The proofs come after this script in the file.
  if (route().view === "page" && document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => show());
  else show();
  addEventListener("hashchange", show);
  addEventListener("keydown", onKey);
  addEventListener("beforeprint", () => main.querySelectorAll("details").forEach((it) => (it.open = true)));
  performance.mark("shelflife-ready");
}

start();
