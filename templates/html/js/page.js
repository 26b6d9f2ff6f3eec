// One page: its findings with the lines around them, the proof as a timeline, and the change that
// broke each.

const FINDINGS_PER_PAGE = 25;

function pageView(name, query) {
  const at = docByName.get(name);
  const back = h("a", { class: "back", href: lastList }, icon("back"), t("page.back"));
  if (at === undefined) {
    return h("div", { class: "page-view" }, back, h("h1", { id: "title", tabindex: "-1" }, t("page.unknown")));
  }
  const doc = DOCS[at];
  const wanted = doc.findings.findIndex((finding) => finding.fp === query.get("finding"));
  const pages = Math.max(1, Math.ceil(doc.findings.length / FINDINGS_PER_PAGE));
  const asked = Number.parseInt(query.get("page") ?? "", 10);
  let page = Math.min(pages, Math.max(1, asked || Math.floor(Math.max(0, wanted) / FINDINGS_PER_PAGE) + 1));
  const list = h("div", { class: "findings" });

  const show = () => {
    const from = (page - 1) * FINDINGS_PER_PAGE;
    list.replaceChildren(...doc.findings.slice(from, from + FINDINGS_PER_PAGE).map(findingView));
    if (pages > 1) {
      list.append(
        pager(page, pages, (n) => {
          page = n;
          history.replaceState(history.state, "", address("page", { page: n }, doc.id));
          show();
          title.focus({ preventScroll: true });
          window.scrollTo(0, 0);
        }),
      );
    }
  };
  const title = h("h1", { id: "title", tabindex: "-1" }, doc.title);
  show();
  return h(
    "div",
    { class: "page-view" },
    back,
    h(
      "header",
      { class: "page-head" },
      h("p", { class: "page-path" }, link(doc.href, {}, path(doc.id))),
      title,
      h(
        "p",
        { class: "facts" },
        state(doc.state),
        doc.why && h("span", {}, doc.why),
        doc.fresh !== undefined && h("span", {}, t("freshness.is", { n: doc.fresh })),
        doc.edited && h("span", {}, tn("page.edited", { date: time(doc.edited[0]), author: doc.edited[1] })),
        h("span", {}, t("page.references", { n: doc.refs })),
        doc.findings.length > 0 && h("span", {}, t("list.count", { n: doc.findings.length })),
      ),
    ),
    doc.findings.length ? list : h("p", { class: "empty" }, t("page.clean")),
  );
}

function findingView(finding) {
  const id = "finding-" + finding.index;
  const it = detail(finding);
  const proof = it && timeline(finding, it);
  return h(
    "article",
    { class: "finding " + finding.s, "aria-labelledby": id, tabindex: "-1", "data-fp": finding.fp },
    h(
      "header",
      {},
      h("p", { class: "tags" }, severity(finding.s), h("span", { class: "rule" }, finding.r), it?.system && h("span", { class: "rule" }, it.system), confidence(finding)),
      h("h2", { id }, prose(finding.h)),
      it?.section && h("p", { class: "crumbs" }, it.section),
    ),
    it && [
      excerpt(finding, it),
      proof.children.length > 0 && h("div", { class: "proof" }, h("h3", {}, t("finding.proof")), proof),
      it.diff && diffView(it.diff),
      actions(finding, it),
    ],
  );
}

// Columns count characters, as Unicode does; so are lines taken apart.
const cut = (line, from, to) => [...line].slice(from, to).join("");

/** The lines around a finding, its own marked, and under it the line as it should be. */
function excerpt(finding, it) {
  const lines = it.excerpt ?? { start: it.from.line, lines: [finding.x] };
  const body = h("div", { class: "code", role: "group", tabindex: "0", "aria-label": t("finding.excerpt", { n: it.from.line }) });
  lines.lines.forEach((line, n) => {
    const at = lines.start + n;
    const marked = at >= it.from.line && at <= it.to.line;
    let text = [line];
    if (marked && it.excerpt) {
      const from = at === it.from.line ? it.from.column - 1 : 0;
      const to = at === it.to.line ? it.to.column - 1 : Infinity;
      text = [cut(line, 0, from), h("mark", {}, cut(line, from, to)), cut(line, to)];
    } else if (marked) text = [h("mark", {}, line)];
    body.append(
      h("div", { class: marked ? "line marked" : "line" }, h("span", { class: "ln" }, at), h("code", {}, text), marked && h("span", { class: "offscreen" }, " (" + t("finding.marked") + ")")),
    );
    const better = it.fix && at === it.fix.start.line && corrected(it, line);
    if (better) {
      body.append(
        h("div", { class: "line better" }, h("span", { class: "ln", "aria-hidden": "true" }, "→"), h("code", {}, better.before, h("ins", {}, it.fix.text), better.after), h("span", { class: "offscreen" }, " (" + t("finding.suggested") + ")")),
      );
    }
  });
  return h("figure", { class: "excerpt" }, h("figcaption", {}, path(DOCS[finding.d].id), ":" + it.from.line), body);
}

/** The parts of a line around its fix; none where the line is not what the audit saw. */
function corrected(it, line) {
  const fix = it.fix;
  if (fix.start.line !== fix.end.line || line.endsWith("…")) return null;
  if (cut(line, fix.start.column - 1, fix.end.column - 1) !== fix.old) return null;
  return { before: cut(line, 0, fix.start.column - 1), after: cut(line, fix.end.column - 1) };
}

function timeline(finding, it) {
  const steps = h("ol", { class: "timeline" });
  const add = (kind, title, ...children) =>
    steps.append(h("li", { class: kind }, h("span", { class: "step" }, title), h("div", { class: "told" }, ...children)));
  const by = (n) => [
    h("p", { class: "what" }, time(COMMITS[n].date), " ", tn("proof.by", { author: h("span", { class: "person" }, COMMITS[n].by), commit: commit(n) })),
    h("p", { class: "subject" }, COMMITS[n].what),
  ];

  const own = () => {
    const [written, edited, by] = it.own;
    const code = h("p", { class: "what" }, time(written), " ", tn("proof.own", { commit: commit(it.entered) }));
    const later = edited !== written && h("p", { class: "quiet" }, t("proof.edited"), " ", time(edited), by && [" ", h("span", { class: "person" }, by)]);
    return [code, later];
  };
  if (it.own && it.entered !== undefined) add("written", t("proof.written"), own(), witnesses(it.then, it.count));
  else if (it.entered !== undefined) add("written", t("proof.written"), by(it.entered), witnesses(it.then, it.count));
  else if (it.moment) add("written", t("proof.written"), h("p", { class: "what" }, t("proof.written.uncommitted")), witnesses(it.then, it.count));
  else if (it.then.length) add("written", t("proof.backed"), witnesses(it.then, it.count, true));
  if (it.edited !== undefined && !it.own) add("edited", t("proof.edited"), by(it.edited));
  if (finding.c) add("changed", t("proof." + finding.c[0]), by(finding.c[1]), it.cause_path && h("p", { class: "place" }, path(it.cause_path)));
  else if (it.then.length) add("changed", t("proof.unknown"), h("p", { class: "what" }, t("proof.unknown.what")));

  const since = finding.c && daysBetween(COMMITS[finding.c[1]].date, DATA.now);
  add(
    "now",
    t("proof.now"),
    finding.n !== undefined
      ? h("p", { class: "what" }, tn("proof.now.replacement", { new: h("code", { class: "new" }, finding.n) }), it.votes && h("span", { class: "quiet" }, " ", t("proof.now.votes", { votes: it.votes[0], of: it.votes[1] })))
      : !it.now.length && finding.s !== "note" && it.then.length > 0 && h("p", { class: "what" }, t("proof.now.nothing")),
    it.now.map(place),
    it.judged && h("p", { class: "what" }, it.judged.why, h("span", { class: "quiet" }, " ", t("proof.judged", { by: it.judged.by }))),
    it.judged?.instead !== undefined && h("p", { class: "what" }, tn("proof.instead", { new: h("q", { class: "new" }, it.judged.instead) })),
    finding.c && h("p", { class: "quiet" }, t("proof.now.since", { time: duration(since) })),
  );
  if (!steps.lastChild.querySelector("p")) steps.lastChild.remove();
  return steps;
}

function place(witness) {
  return h(
    "p",
    { class: "place" },
    link(witness.href, {}, path(witness.path), witness.line ? ":" + witness.line : ""),
    witness.text && h("code", {}, witness.text),
  );
}

function witnesses(all, count, bare = false) {
  if (!all.length) return null;
  const shown = all.slice(0, 3);
  return [
    !bare && h("p", { class: "quiet" }, t("proof.backed")),
    shown.map(place),
    count > shown.length && h("p", { class: "quiet" }, t("proof.more", { n: count - shown.length })),
  ];
}

function diffView(diff) {
  let old = diff.old_start;
  let now = diff.new_start;
  const body = h("div", { class: "code diff", role: "group", tabindex: "0", "aria-label": t("finding.diff") });
  for (const line of diff.lines) {
    const sign = line[0] ?? " ";
    const kind = sign === "-" ? "gone" : sign === "+" ? "came" : "";
    const n = sign === "+" ? now : old;
    if (sign !== "+") old += 1;
    if (sign !== "-") now += 1;
    body.append(h("div", { class: "line " + kind }, h("span", { class: "ln" }, n), h("span", { class: "sign" }, sign === " " ? "\u00a0" : sign), h("code", {}, line.slice(1))));
  }
  return h("details", { class: "change", open: true }, h("summary", {}, t("finding.diff")), h("figure", {}, h("figcaption", {}, path(diff.path)), body));
}

function actions(finding, it) {
  const doc = DOCS[finding.d];
  const line = it.fix && it.excerpt?.lines[it.fix.start.line - it.excerpt.start];
  const better = line !== undefined && line !== false && it.fix && corrected(it, line);
  return h(
    "div",
    { class: "actions" },
    it.fix && copyButton(t("copy.fix"), () => it.fix.text),
    better && copyButton(t("copy.line"), () => better.before + it.fix.text + better.after),
    copyButton(t("copy.proof"), () => proofText(finding, it)),
    copyButton(t("copy.place"), () => doc.id + ":" + it.from.line),
    it.href && link(it.href, { class: "button small" }, t("page.open")),
  );
}

/** The proof in plain words, for a message to a colleague. */
function proofText(finding, it) {
  const told = (key, n) => "  " + t(key) + ": " + COMMITS[n].date + " " + COMMITS[n].id.slice(0, 7) + " " + COMMITS[n].by + ": " + COMMITS[n].what;
  const lines = [DOCS[finding.d].id + ":" + it.from.line + "  " + finding.h];
  if (DOCS[finding.d].away) lines.push("  " + DOCS[finding.d].title + (it.section ? " › " + it.section : "") + (it.href ? "  " + it.href : ""));
  if (it.own && it.entered !== undefined) lines.push("  " + t("proof.written") + ": " + it.own[0] + " " + t("proof.own", { commit: COMMITS[it.entered].id.slice(0, 7) }));
  else if (it.entered !== undefined) lines.push(told("proof.written", it.entered));
  for (const witness of it.then.slice(0, 3)) lines.push("  " + t("proof.backed") + " " + witness.path + (witness.line ? ":" + witness.line : "") + "  " + witness.text);
  if (finding.c) lines.push(told("proof." + finding.c[0], finding.c[1]));
  if (it.judged) lines.push("  " + it.judged.why);
  if (it.judged?.instead !== undefined) lines.push("  " + t("proof.instead", { new: it.judged.instead }));
  if (finding.n !== undefined) lines.push("  " + t("proof.now.replacement", { new: finding.n }));
  return visible(lines.join("\n")) + "\n";
}
