// Where the reader is stands in the address, after the `#`: every view can be linked to, and the
// browser's back button works.

/** `#/findings?q=x&sort=page` as `{ view: "findings", name: "", query: URLSearchParams }`. */
function route() {
  const hash = location.hash.replace(/^#/, "");
  const mark = hash.indexOf("?");
  const path = mark < 0 ? hash : hash.slice(0, mark);
  const [view, ...rest] = path.replace(/^\//, "").split("/");
  let name = "";
  try {
    name = decodeURIComponent(rest.join("/"));
  } catch {
    name = rest.join("/");
  }
  return {
    view: ["findings", "pages", "page"].includes(view) ? view : "overview",
    name,
    query: new URLSearchParams(mark < 0 ? "" : hash.slice(mark + 1)),
  };
}

/** The address of a view. */
function address(view, values = {}, name = "") {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    if (value !== "" && value !== undefined && value !== null && value !== false) query.set(key, String(value));
  }
  const text = query.toString();
  const path = view === "overview" ? "" : view + (name ? "/" + encodeURIComponent(name) : "");
  return "#/" + path + (text ? "?" + text : "");
}

const pageAddress = (doc, finding) => address("page", finding ? { finding: finding.fp } : {}, doc.id);

/** Puts the state of a list into the address without a step of history. */
function remember(hash) {
  history.replaceState(history.state, "", hash);
  lastList = hash;
}

/** The list that the reader came from. */
let lastList = address("findings");
