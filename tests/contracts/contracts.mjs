// For each API: trims its description to the paths in use, mends what the checker would leave unchecked,
// serves it with Prism, and sends it the recorded requests and the known-bad ones.
//
//   node contracts.mjs WORK RECORDED [API …]
//
// An API in apis.json has a `name`, a `spec` (below WORK, or below this file's folder with `./` in front) or
// what is `shared` (below the folder that SHELFLIFE_CONTRACTS names, else ../shared/contracts beside the
// project), and `bad` requests. Recorded requests are lines of RECORDED/NAME.jsonl: {method, path, headers, body}.

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { prepare, templateOf } from "./description.mjs";

const [work, recorded, ...only] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const apis = JSON.parse(readFileSync(join(here, "apis.json"), "utf8"));
let passed = 0;
const failures = [];

for (const api of apis.filter((api) => only.length === 0 || only.includes(api.name))) {
  await hold(api);
}
for (const failure of failures) console.log(`FAILED ${failure}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length === 0 && passed > 0 ? 0 : 1);

function check(good, what) {
  if (good) passed += 1;
  else failures.push(what);
}

async function hold(api) {
  const requests = unique(read(join(recorded, `${api.name}.jsonl`)));
  if (requests.length === 0) {
    failures.push(`${api.name}: no request was recorded`);
    return;
  }
  // A description that is not ours to ship stands in a folder of its own, or nowhere.
  const shared = process.env.SHELFLIFE_CONTRACTS ?? join(here, "../../../shared/contracts");
  const spec = api.shared ? join(shared, api.shared) : api.spec.startsWith("./") ? join(here, api.spec) : join(work, api.spec);
  if (api.shared && !existsSync(spec)) {
    console.log(`${api.name}: SKIPPED: ${spec} is not there (SHELFLIFE_CONTRACTS names its folder)`);
    return;
  }
  const description = JSON.parse(readFileSync(spec, "utf8"));
  const known = Object.keys(description.paths);
  const used = new Set();
  for (const request of [...requests, ...api.bad]) {
    const template = templateOf(known, request.path);
    if (template) used.add(template);
  }
  mkdirSync(join(work, "trimmed"), { recursive: true });
  const trimmed = join(work, "trimmed", `${api.name}.json`);
  writeFileSync(trimmed, JSON.stringify(prepare(description, used)));
  const server = await serve(trimmed, api.name);
  try {
    for (const request of requests) {
      const answer = await send(server.base, request);
      check(answer.accepted, `${api.name}: ${request.method} ${request.path}: ${answer.said}`);
    }
    for (const request of api.bad) {
      const answer = await send(server.base, request);
      check(!answer.accepted, `${api.name}: ${request.why} was accepted (${request.method} ${request.path})`);
    }
    const seen = new Set(requests.map((request) => `${request.method} ${templateOf(known, request.path)}`));
    console.log(`${api.name}: ${requests.length} requests of ${seen.size} kinds, ${api.bad.length} known-bad ones`);
    for (const kind of [...seen].sort()) console.log(`  ${kind}`);
  } finally {
    server.stop();
  }
}

function read(file) {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

// Requests that differ in nothing but ids are one: hundreds of pages are asked for alike.
function unique(requests) {
  const shape = (text) => text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32,40}/g, "ID").replace(/\d+/g, "N");
  const byShape = new Map();
  for (const request of requests) {
    const key = `${request.method} ${shape(request.path)} ${shape(JSON.stringify(request.body ?? null))}`;
    if (!byShape.has(key)) byShape.set(key, request);
  }
  return [...byShape.values()];
}

async function send(base, { method, path, headers = {}, body }) {
  const kept = Object.fromEntries(
    Object.entries(headers).filter(([name]) => !["host", "content-length", "connection", "accept-encoding", "accept"].includes(name)),
  );
  const init = { method, headers: { authorization: "Bearer of-the-test", ...kept }, redirect: "manual" };
  if (body !== undefined && body !== null) {
    init.headers["content-type"] ??= "application/json";
    init.body = typeof body === "string" ? body : JSON.stringify(body);
  }
  const answer = await fetch(base + path, init);
  const text = await answer.text();
  // Prism names what it found wrong in this header, and answers with an error that the description knows.
  const wrong = answer.headers.get("sl-violations");
  const accepted = answer.status < 400 && !(wrong && wrong.includes('"request"'));
  return { accepted, said: `${answer.status} ${(wrong ?? text).slice(0, 600)}` };
}

async function serve(file, name) {
  const port = await freePort();
  const prism = join(work, "node_modules", ".bin", "prism");
  const child = spawn(prism, ["mock", "--port", String(port), "--host", "127.0.0.1", file], { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (log += data));
  const base = `http://127.0.0.1:${port}`;
  const stop = () => child.kill();
  process.on("exit", stop);
  const until = Date.now() + 180_000;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`${name}: the server ended:\n${log.slice(-2000)}`);
    try {
      await fetch(`${base}/`);
      return { base, stop };
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  stop();
  throw new Error(`${name}: the server did not start:\n${log.slice(-2000)}`);
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
