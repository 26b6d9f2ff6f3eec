// Writes GitHub's own examples of the payloads that jobs get, one file for each event.

import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

// `edited`, `labeled` and so on start no job of ours.
const STARTS = ["opened", "synchronize", "reopened", "ready_for_review"];
const EVENTS = ["pull_request", "merge_group", "workflow_dispatch", "workflow_run", "push"];

const [work, out] = process.argv.slice(2);
const all = createRequire(path.join(work, "package.json"))("@octokit/webhooks-examples");
mkdirSync(out, { recursive: true });
for (const event of EVENTS) {
  const found = all.filter((it) => it.name === event).flatMap((it) => it.examples);
  const wanted = event === "pull_request" ? found.filter((it) => STARTS.includes(it.action)) : found;
  if (wanted.length === 0) throw new Error(`there is no example of ${event}`);
  writeFileSync(path.join(out, event + ".json"), JSON.stringify(wanted));
}
