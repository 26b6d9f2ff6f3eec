// An API's description, made fit for a checker: only the paths in use, and no schema that is left unchecked.

/** The template (`/repos/{owner}/{repo}`) that `path` is an instance of; the one with the fewest holes. */
export function templateOf(templates, path) {
  const parts = path.split("?")[0].split("/");
  const fits = (template) => {
    const wanted = template.split("/");
    return wanted.length === parts.length && wanted.every((part, at) => part.startsWith("{") || part === parts[at]);
  };
  const holes = (template) => template.split("{").length;
  return templates.filter(fits).sort((a, b) => holes(a) - holes(b))[0];
}

/** The description with the paths in `used` alone, what they refer to, and its schemas mended. */
export function prepare(description, used) {
  const out = { ...description, paths: {}, components: {} };
  // What the host sends by itself is none of ours to ask for.
  for (const key of ["webhooks", "x-webhooks"]) delete out[key];
  for (const path of used) out.paths[path] = description.paths[path];
  // What is referred to, and what that refers to.
  const open = [out.paths];
  const taken = new Set();
  while (open.length > 0) {
    for (const reference of references(open.pop())) {
      if (taken.has(reference)) continue;
      taken.add(reference);
      const keys = reference.slice(2).split("/").map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
      const value = keys.reduce((at, key) => at?.[key], description);
      if (value === undefined) continue;
      let place = out;
      for (const key of keys.slice(0, -1)) place = place[key] ??= {};
      place[keys.at(-1)] = value;
      open.push(value);
    }
  }
  const schemes = description.components?.securitySchemes;
  if (schemes) out.components.securitySchemes = schemes;
  return mend(structuredClone(out));
}

function* references(value) {
  if (Array.isArray(value)) for (const item of value) yield* references(item);
  else if (value && typeof value === "object") {
    for (const [key, item] of Object.entries(value)) {
      if (key === "$ref" && typeof item === "string" && item.startsWith("#/")) yield item;
      else yield* references(item);
    }
  }
}

// A schema with `nullable` beside a union and without `type` is not checked at all: say null as one more
// member of the union instead.
function mend(value) {
  if (Array.isArray(value)) return value.map(mend);
  if (!value || typeof value !== "object") return value;
  const out = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mend(item)]));
  const union = ["oneOf", "anyOf", "allOf"].find((key) => Array.isArray(out[key]));
  if ("nullable" in out && union && !("type" in out)) {
    const nullable = out.nullable;
    delete out.nullable;
    if (nullable === true) {
      const none = { enum: [null] };
      if (union === "allOf") {
        out.anyOf = [{ allOf: out.allOf }, none];
        delete out.allOf;
      } else {
        out[union] = [...out[union], none];
      }
    }
  }
  return out;
}
