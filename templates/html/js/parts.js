// Pieces that several views show.

const severity = (name) => h("span", { class: "severity " + name }, t("severity." + name));

const state = (name) => h("span", { class: "state " + name }, h("i", { class: "dot", "aria-hidden": "true" }), t("state." + name));

const confidence = (finding) =>
  h("span", { class: "confidence" }, t("finding.confidence", { level: t("level." + finding.l), percent: finding.p }));

/** A path that breaks at its slashes only. */
function path(text) {
  const out = h("span", { class: "path" });
  text.split(/(?<=\/)/).forEach((piece, n) => {
    if (n) out.append(document.createElement("wbr"));
    append(out, [piece]);
  });
  return out;
}

function commit(n) {
  const it = COMMITS[n];
  return link(it.href, { class: "commit", title: visible(it.what) }, it.id.slice(0, 7));
}

const icons = {
  copy: "M6 2h7v9h-2v2H4V5h2zm1 1v7h5V3zM5 6v6h5v-1H6V6z",
  auto: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zm0 1.2v9.6a4.8 4.8 0 0 1 0-9.6z",
  light: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM7.4 1h1.2v2.4H7.4zm0 11.6h1.2V15H7.4zM1 7.4h2.4v1.2H1zm11.6 0H15v1.2h-2.4zM2.6 3.5l.9-.9 1.6 1.7-.8.8zm8.3 8.2.8-.8 1.7 1.6-.9.9zm0-7.4 1.6-1.7.9.9-1.7 1.6zM2.6 12.5l1.7-1.6.8.8-1.6 1.7z",
  dark: "M6.2 2.2a6 6 0 1 0 7.6 7.6 5 5 0 0 1-7.6-7.6z",
  search: "M7 2.2a4.8 4.8 0 1 0 2.9 8.6l3 3 .9-.9-3-3A4.8 4.8 0 0 0 7 2.2zm0 1.2a3.6 3.6 0 1 1 0 7.2 3.6 3.6 0 0 1 0-7.2z",
  back: "M9.6 3.2 4.8 8l4.8 4.8.9-.9L6.6 8l3.9-3.9z",
};
const icon = (name) =>
  svg("svg", { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true", focusable: "false" }, svg("path", { d: icons[name] }));

/** A button that copies what `text` gives. */
function copyButton(label, text) {
  const words = h("span", {}, label);
  return h(
    "button",
    {
      type: "button",
      class: "button small",
      onclick: async (event) => {
        const button = event.currentTarget;
        const done = await copy(text());
        words.textContent = t(done ? "copy.done" : "copy.failed");
        announce(words.textContent);
        button.classList.add("done");
        clearTimeout(button.timer);
        button.timer = setTimeout(() => {
          words.textContent = label;
          button.classList.remove("done");
        }, 2000);
      },
    },
    icon("copy"),
    words,
  );
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // A file opened from disk may have no clipboard of its own: the old way works there.
    const area = h("textarea", { class: "offscreen", readonly: true, "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    const focus = document.activeElement;
    area.select();
    let done = false;
    try {
      done = document.execCommand("copy");
    } catch {
      done = false;
    }
    area.remove();
    focus?.focus?.();
    return done;
  }
}

/** Tells readers who can't see the page what changed. */
function announce(text) {
  const live = document.getElementById("live");
  if (live) live.textContent = text;
}

/** What stands in its place, unless the sentence says so already. */
function instead(finding) {
  if (!finding.n || finding.h.includes("`" + finding.n + "`")) return null;
  return h("span", { class: "instead" }, "→ ", h("code", {}, finding.n));
}

/** The line of a list: one finding. */
function findingItem(finding, withPage = true) {
  const doc = DOCS[finding.d];
  return h(
    "li",
    { class: "item" },
    h(
      "a",
      { class: "row", href: pageAddress(doc, finding) },
      h("span", { class: "head" }, severity(finding.s), h("span", { class: "headline" }, prose(finding.h), instead(finding))),
      h(
        "span",
        { class: "meta" },
        withPage && h("span", { class: "where" }, doc.away ? doc.title : path(doc.id), ":" + finding.line),
        h("span", {}, finding.r),
        finding.c && h("span", { class: "when" }, t("proof." + finding.c[0]), " ", time(COMMITS[finding.c[1]].date)),
        finding.old && h("span", { class: "old" }, t("change.old")),
        finding.fix && h("span", { class: "has-fix" }, t("list.fixable")),
      ),
    ),
  );
}
