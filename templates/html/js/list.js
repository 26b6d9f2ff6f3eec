// Lists of findings and of pages: search, filters, order and page of results are in the address.

const PER_PAGE = 50;

const fold = (text) => text.normalize("NFKC").toLowerCase();

/** What a search looks at; made once, when somebody searches. */
function haystack(entry, make) {
  return (entry.hay ??= fold(make(entry)));
}
const findingText = (finding) => {
  const cause = finding.c ? COMMITS[finding.c[1]] : null;
  const doc = DOCS[finding.d];
  return [doc.id, doc.title, finding.h, finding.x, finding.n ?? "", finding.r, cause ? [cause.id, cause.by, cause.what].join("\n") : ""].join("\n");
};
const docText = (doc) => [doc.id, doc.title, doc.edited?.[1] ?? "", doc.why ?? ""].join("\n");

const LISTS = {
  findings: {
    entries: FINDINGS,
    text: findingText,
    item: (finding) => findingItem(finding),
    count: "list.count",
    sorts: {
      rank: (a, b) => SEVERITY_RANK[b.s] - SEVERITY_RANK[a.s] || b.p - a.p || a.index - b.index,
      page: (a, b) => a.index - b.index,
      newest: (a, b) => order(broken(b), broken(a)) || a.index - b.index,
      oldest: (a, b) => order(broken(a) || "9", broken(b) || "9") || a.index - b.index,
    },
    tests: {
      severity: (value) => {
        const names = value.split(",");
        return (finding) => names.includes(finding.s);
      },
      rule: (value) => (finding) => finding.r === value,
      confidence: (value) => (finding) => LEVEL_RANK[finding.l] >= (LEVEL_RANK[value] ?? 0),
      fix: () => (finding) => finding.fix === true,
      in: (value) => (finding) => within(DOCS[finding.d], value),
    },
  },
  pages: {
    entries: DOCS,
    text: docText,
    item: docItem,
    count: "list.count.pages",
    sorts: {
      rank: (a, b) => b.rank - a.rank || a.index - b.index,
      page: (a, b) => a.index - b.index,
      findings: (a, b) => b.findings.length - a.findings.length || a.index - b.index,
      fresh: (a, b) => (a.fresh ?? 101) - (b.fresh ?? 101) || a.index - b.index,
      edited: (a, b) => order(a.edited?.[0] ?? "9", b.edited?.[0] ?? "9") || a.index - b.index,
    },
    tests: {
      state: (value) => (doc) => doc.state === value,
      in: (value) => (doc) => within(doc, value),
    },
  },
};

const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const broken = (finding) => (finding.c ? COMMITS[finding.c[1]].date : "");
const within = (doc, folder) => (folder === "/" ? !doc.id.includes("/") : doc.id.startsWith(folder));

/** The entries of a list that its query lets through, in its order. */
function select(kind, query) {
  const list = LISTS[kind];
  const tests = [];
  for (const [key, make] of Object.entries(list.tests)) {
    const value = query.get(key);
    if (value) tests.push(make(value));
  }
  const words = fold(query.get("q") ?? "").split(/\s+/).filter(Boolean);
  if (words.length) {
    tests.push((entry) => {
      const text = haystack(entry, list.text);
      return words.every((word) => text.includes(word));
    });
  }
  const sort = list.sorts[query.get("sort")] ?? list.sorts.rank;
  return list.entries.filter((entry) => tests.every((test) => test(entry))).sort(sort);
}

function docItem(doc) {
  return h(
    "li",
    { class: "item" },
    h(
      "a",
      { class: "row", href: pageAddress(doc) },
      h("span", { class: "head" }, state(doc.state), h("b", { class: "where" }, path(doc.id))),
      h(
        "span",
        { class: "meta" },
        doc.title !== doc.id && h("span", {}, doc.title),
        doc.findings.length > 0 && h("span", {}, t("list.count", { n: doc.findings.length })),
        doc.fresh !== undefined && h("span", {}, t("freshness.is", { n: doc.fresh })),
        doc.edited && h("span", { class: "when" }, t("list.edited"), " ", time(doc.edited[0])),
        doc.why && h("span", {}, doc.why),
      ),
    ),
  );
}

/** The view of a list. Only its results are made anew when the query changes. */
function listView(kind, query) {
  const list = LISTS[kind];
  const results = h("div", { class: "results" });
  const count = h("p", { class: "total", id: "total" });
  const clear = h("button", { type: "button", class: "button quiet", onclick: () => reset() }, t("list.clear"));

  const set = (key, value) => {
    if (value) query.set(key, value);
    else query.delete(key);
    if (key !== "page") query.delete("page");
    update();
  };
  const reset = () => {
    for (const key of [...query.keys()]) if (key !== "sort") query.delete(key);
    fields.forEach((field) => field.sync());
    update();
    search.focus();
  };

  const search = h("input", {
    type: "search",
    id: "search",
    placeholder: t("list.search.hint"),
    autocomplete: "off",
    spellcheck: "false",
    "aria-keyshortcuts": "/",
    oninput: () => set("q", search.value),
  });
  const fields = [];
  fields.push({ sync: () => (search.value = query.get("q") ?? "") });

  const choice = (key, label, options) => {
    const select = h(
      "select",
      { id: "f-" + key, onchange: () => set(key, select.value) },
      options.map(([value, text]) => h("option", { value }, text)),
    );
    fields.push({ sync: () => (select.value = query.get(key) ?? options[0][0]) });
    return h("div", { class: "field" }, h("label", { for: "f-" + key }, label), select);
  };

  const filters = [];
  if (kind === "findings") {
    const boxes = SEVERITIES.map((name) => {
      const box = h("button", {
        type: "button",
        class: "toggle " + name,
        onclick: () => {
          const chosen = new Set((query.get("severity") ?? "").split(",").filter(Boolean));
          if (!chosen.delete(name)) chosen.add(name);
          set("severity", SEVERITIES.filter((s) => chosen.has(s)).join(","));
          sync();
        },
      }, t("severity." + name));
      const sync = () => box.setAttribute("aria-pressed", String((query.get("severity") ?? "").split(",").includes(name)));
      fields.push({ sync });
      return box;
    });
    const fix = h("button", { type: "button", class: "toggle fix", onclick: () => { set("fix", query.get("fix") ? "" : "1"); syncFix(); } }, t("list.fixable"));
    const syncFix = () => fix.setAttribute("aria-pressed", String(Boolean(query.get("fix"))));
    fields.push({ sync: syncFix });
    const rules = [...new Set(FINDINGS.map((finding) => finding.r))].sort();
    filters.push(
      h("div", { class: "field toggles", role: "group", "aria-label": t("list.severity") }, boxes, fix),
      choice("rule", t("list.rule"), [["", t("list.rule.all")], ...rules.map((rule) => [rule, rule])]),
      choice("confidence", t("list.confidence"), [["", t("list.confidence.all")], ["medium", t("list.confidence.medium")], ["high", t("list.confidence.high")]]),
    );
  } else {
    filters.push(choice("state", t("list.state"), [["", t("list.state.all")], ...DATA.states.map(([name]) => [name, t("state." + name)])]));
  }
  filters.push(choice("sort", t("list.sort"), Object.keys(list.sorts).filter((key) => key !== "fresh" || DATA.freshness.length).map((key) => [key === "rank" ? "" : key, t("list.sort." + key)])));

  const folder = h("button", { type: "button", class: "chip", onclick: () => set("in", "") });

  function update(scroll = false) {
    const found = select(kind, query);
    const pages = Math.max(1, Math.ceil(found.length / PER_PAGE));
    const page = Math.min(pages, Math.max(1, Number.parseInt(query.get("page") ?? "1", 10) || 1));
    const from = (page - 1) * PER_PAGE;
    const shown = found.slice(from, from + PER_PAGE);
    const inFolder = query.get("in");
    folder.hidden = !inFolder;
    folder.replaceChildren();
    if (inFolder) append(folder, [t("list.folder", { path: inFolder === "/" ? t("areas.root") : inFolder }), h("span", { "aria-hidden": "true" }, " ×")]);
    clear.hidden = ![...query.keys()].some((key) => key !== "sort" && key !== "page");
    count.textContent =
      pages > 1 ? t("list.of", { from: from + 1, to: from + shown.length, n: found.length }) : t(list.count, { n: found.length });
    announce(t(list.count, { n: found.length }));
    results.replaceChildren(
      shown.length
        ? h("ol", { class: "list", start: from + 1 }, shown.map(list.item))
        : h("p", { class: "empty" }, t(list.entries.length ? "list.none" : "list.none.clean")),
    );
    if (pages > 1) results.append(pager(page, pages, (n) => { set("page", n > 1 ? String(n) : ""); title.focus({ preventScroll: true }); window.scrollTo(0, 0); }));
    remember(address(kind, Object.fromEntries(query)));
    if (scroll) window.scrollTo(0, 0);
  }

  const title = h("h1", { id: "title", tabindex: "-1" }, t("nav." + kind));
  fields.forEach((field) => field.sync());
  const view = h(
    "div",
    { class: "list-view" },
    h("div", { class: "list-head" }, title, count),
    h(
      "form",
      { class: "tools", role: "search", "aria-label": t("list.search"), onsubmit: (event) => event.preventDefault() },
      h("div", { class: "field search" }, h("label", { for: "search" }, t("list.search")), h("span", { class: "with-icon" }, icon("search"), search)),
      filters,
      h("div", { class: "active" }, folder, clear),
    ),
    results,
  );
  update();
  return view;
}

function pager(page, pages, go) {
  const near = [...new Set([1, page - 1, page, page + 1, pages])].filter((n) => n >= 1 && n <= pages);
  const button = (n) =>
    h("button", { type: "button", class: "button", "aria-current": n === page ? "page" : null, "aria-label": t("list.page") + " " + n, onclick: () => go(n) }, number(n));
  const out = h(
    "nav",
    { class: "pager", "aria-label": t("list.pager") },
    h("button", { type: "button", class: "button", disabled: page === 1, onclick: () => go(page - 1) }, t("list.previous")),
  );
  near.forEach((n, at) => {
    if (at && n - near[at - 1] > 1) out.append(h("span", { class: "gap", "aria-hidden": "true" }, "…"));
    out.append(button(n));
  });
  out.append(h("button", { type: "button", class: "button", disabled: page === pages, onclick: () => go(page + 1) }, t("list.next")));
  return out;
}
