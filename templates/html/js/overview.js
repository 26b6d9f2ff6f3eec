// The first view: how much is wrong, where, and for how long.

function overview() {
  const { summary, states, ages, areas, systems } = DATA;
  const stale = states.find(([name]) => name === "stale")[1];
  const main = h("div", { class: "overview" });

  append(main, [
    h(
      "section",
      { class: "hero", "aria-labelledby": "title" },
      h("p", { class: "kicker" }, systems.length ? systems.slice(0, 3).map((system) => system.name).join(", ") + (systems.length > 3 ? ", …" : "") : t("report.title")),
      h(
        "h1",
        { id: "title", tabindex: "-1" },
        DATA.wrong
          ? [h("span", { class: "figure" }, number(DATA.wrong)), " ", t("hero.some", { n: DATA.wrong })]
          : t(DATA.change ? "hero.none.change" : "hero.none"),
      ),
      h(
        "p",
        { class: "lede" },
        DATA.wrong > 0 && [t("hero.where", { n: stale }), DATA.lang === "ja" ? "。" : ". "],
        t("hero.checked", { references: summary.references, n: summary.documents }),
      ),
      h(
        "p",
        { class: "facts" },
        systems.map((system) =>
          h("span", {}, tn("report.head", { name: system.name, commit: link(system.href, { class: "commit" }, system.head.slice(0, 7)) })),
        ),
        h("span", {}, t("report.at", { date: DATA.now })),
        DATA.change && h("span", {}, t("report.scope.change")),
      ),
    ),
    DATA.change && changeCard(DATA.change),
    h(
      "div",
      { class: "grid" },
      statesCard(states, summary.documents, DATA.freshness),
      severityCard(summary),
      DATA.wrong > 0 && agesCard(ages),
      areas.length > 0 && areasCard(areas),
    ),
    DATA.first.length > 0 && firstCard(),
    undecidedCard(summary),
  ]);
  return main;
}

function card(id, title, ...children) {
  return h("section", { class: "card", "aria-labelledby": id }, h("h2", { id }, title), ...children);
}

/** What an audit of a change tells beyond its findings. */
function changeCard(change) {
  const sum = (count, key, kind) => h("div", { class: "sum " + (count ? kind : "none") }, h("dt", {}, t(key)), h("dd", { class: "figure" }, number(count)));
  const short = (id) => h("code", {}, id.slice(0, 7));
  return card(
    "change",
    t("change.title"),
    h(
      "p",
      { class: "quiet" },
      tn("change.range", { base: short(change.base), head: short(change.head) }),
      " ",
      [t("change.commits", { n: change.commits }), t("change.files", { n: change.files }), t("change.pages", { n: change.pages })].join(T["list.join"]),
    ),
    h(
      "dl",
      { class: "sums" },
      sum(change.broken, "change.broken", "error"),
      sum(change.edited, "change.edited", "warning"),
      sum(change.before, "change.before", "note"),
    ),
    change.waived.length > 0 && [
      h("h3", {}, t("md.waived")),
      h("ul", { class: "waived" }, change.waived.map(([kind, place, text]) => h("li", {}, h("b", {}, path(place)), " ", t("md.waived." + kind), ": ", h("code", {}, text)))),
    ],
    change.again.length > 0 && [
      h("h3", {}, t("md.again")),
      h("p", { class: "quiet" }, t("md.again.why")),
      h(
        "ul",
        { class: "again" },
        change.again.map(([id, names]) => {
          const doc = DOCS[docByName.get(id)];
          return h("li", {}, doc ? h("a", { href: pageAddress(doc) }, path(id)) : path(id), " ", h("span", { class: "names" }, names.map((name) => h("code", {}, name))));
        }),
      ),
    ],
  );
}

/** A column for each ten points of freshness. */
function freshnessChart(steps) {
  const most = Math.max(1, ...steps);
  const range = (n) => ({ from: n * 10, to: n === 9 ? 100 : n * 10 + 9 });
  const told = steps.map((count, n) => t("freshness.step", { ...range(n), n: count })).join(", ");
  return [
    h("h3", {}, t("freshness.title")),
    h(
      "div",
      { class: "columns", role: "img", "aria-label": t("freshness.what") + ": " + told },
      steps.map((count, n) =>
        h("span", { title: t("freshness.step", { ...range(n), n: count }) }, h("i", { class: "step-" + n, style: { height: (100 * count) / most + "%" } })),
      ),
    ),
    h("p", { class: "axis", "aria-hidden": "true" }, h("span", {}, "0"), h("span", {}, "50"), h("span", {}, "100")),
  ];
}

function statesCard(states, total, freshness) {
  const shown = states.filter(([, count]) => count > 0);
  const bar = h("div", { class: "stack", role: "img", "aria-label": t("states.what") + ": " + shown.map(([name, count]) => t("state." + name) + " " + number(count)).join(", ") });
  for (const [name, count] of shown) {
    bar.append(h("i", { class: name, style: { "flex-grow": String(count) } }));
  }
  return card(
    "states",
    t("states.title"),
    total > 0 && bar,
    h(
      "ul",
      { class: "legend" },
      shown.map(([name, count]) =>
        h("li", {}, h("a", { href: address("pages", { state: name }) }, state(name), h("b", {}, number(count)))),
      ),
    ),
    freshness.length > 0 && freshnessChart(freshness),
  );
}

function severityCard(summary) {
  const counts = { error: summary.errors, warning: summary.warnings, note: summary.notes };
  return card(
    "severities",
    t("severity.title"),
    h(
      "ul",
      { class: "tiles" },
      SEVERITIES.map((name) =>
        h(
          "li",
          {},
          h(
            "a",
            { class: "tile " + (counts[name] ? name : "none"), href: address("findings", { severity: name }) },
            h("b", { class: "figure" }, number(counts[name])),
            h("span", { class: "label" }, t("severity." + name + "s")),
            h("span", { class: "what" }, t("severity." + name + ".what")),
          ),
        ),
      ),
    ),
  );
}

function agesCard(ages) {
  const rows = ["month", "half_year", "year", "three_years", "longer", "unknown"].filter((key) => key !== "unknown" || ages[key]);
  const most = Math.max(1, ...rows.map((key) => ages[key]));
  return card(
    "ages",
    t("ages.title"),
    h(
      "ul",
      { class: "bars" },
      rows.map((key) =>
        h(
          "li",
          {},
          h("span", { class: "name" }, t("ages." + key)),
          h("span", { class: "track", "aria-hidden": "true" }, h("i", { class: key, style: { width: (100 * ages[key]) / most + "%" } })),
          h("b", {}, number(ages[key])),
        ),
      ),
    ),
  );
}

function areasCard(areas) {
  return card(
    "areas",
    t("areas.title"),
    h(
      "table",
      { class: "areas" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", { scope: "col" }, t("areas.folder")),
          h("th", { scope: "col", class: "n" }, t("severity.errors")),
          h("th", { scope: "col", class: "n" }, t("severity.warnings")),
          h("th", { scope: "col", class: "n wide" }, t("areas.pages")),
        ),
      ),
      h(
        "tbody",
        {},
        areas.slice(0, 6).map((area) =>
          h(
            "tr",
            {},
            h(
              "th",
              { scope: "row" },
              h("a", { href: address("findings", { in: area.path || "/" }) }, area.path ? path(area.path) : t("areas.root")),
            ),
            h("td", { class: "n" }, number(area.errors)),
            h("td", { class: "n" }, number(area.warnings)),
            h("td", { class: "n wide" }, t("areas.of", { stale: area.stale, pages: area.pages })),
          ),
        ),
      ),
    ),
  );
}

function firstCard() {
  return h(
    "section",
    { class: "first", "aria-labelledby": "first" },
    h(
      "div",
      { class: "section-head" },
      h("h2", { id: "first" }, t("first.title")),
      h("a", { href: address("findings") }, t("first.all")),
    ),
    h(
      "ol",
      { class: "list" },
      DATA.first.map((n) => {
        const doc = DOCS[n];
        const top = doc.findings.reduce((a, b) => (b.w > a.w ? b : a));
        return h(
          "li",
          { class: "item" },
          h(
            "a",
            { class: "row", href: pageAddress(doc) },
            h("span", { class: "head" }, h("b", { class: "where" }, path(doc.id)), h("span", { class: "count" }, t("list.count", { n: doc.findings.length }))),
            h("span", { class: "meta" }, h("span", { class: "headline" }, prose(top.h))),
          ),
        );
      }),
    ),
  );
}

function undecidedCard(summary) {
  const hidden = summary.suppressed + summary.baselined + summary.below_confidence;
  if (!DATA.undecided.length && !hidden) return null;
  return h(
    "section",
    { class: "open-questions", "aria-labelledby": "undecided" },
    h("h2", { id: "undecided" }, t("undecided.title")),
    DATA.undecided.length > 0 &&
      h(
        "ul",
        {},
        DATA.undecided.slice(0, 50).map(([doc, , message]) =>
          h("li", {}, h("b", {}, doc ? path(doc) : t("undecided.run")), h("span", {}, prose(message))),
        ),
      ),
    hidden > 0 &&
      h("p", { class: "quiet" }, t("undecided.hidden", { suppressed: summary.suppressed, baselined: summary.baselined, below: summary.below_confidence })),
  );
}
