// Reads the Dockerfile as a builder would: no mistake in its form, every stage that is copied from is there, and
// every file that the build asks for is let into its context.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [work, file] = process.argv.slice(2);
const require = createRequire(path.join(work, "package.json"));
const { DockerfileParser } = require("dockerfile-ast");
const { validate } = require("dockerfile-utils");

const mistakes = (text) => validate(text).map((it) => `${it.range.start.line + 1}: ${it.message}`);
const text = readFileSync(file, "utf8");
const failures = mistakes(text);
const parsed = DockerfileParser.parse(text);
const stages = parsed.getFROMs().map((from) => from.getBuildStage());
for (const copy of parsed.getCOPYs()) {
  const flag = copy.getFromFlag();
  if (flag && !stages.includes(flag.getValue())) failures.push(`no stage is called ${flag.getValue()}`);
}
let last = parsed.getFROMs().at(-1).getRange().start.line;
const user = parsed.getInstructions().find((it) => it.getKeyword() === "USER" && it.getRange().start.line > last);
if (!user || /^(0|root)\b/.test(user.getArgumentsContent())) failures.push("the image runs as root");
if (mistakes(text.replace("ENTRYPOINT", "ENTRYPIONT")).length === 0) failures.push("an instruction that there is not was accepted");
for (const failure of failures) console.log(failure);
process.exit(failures.length === 0 ? 0 : 1);
