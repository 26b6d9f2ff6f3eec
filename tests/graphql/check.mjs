// Holds each query that the program sends against GitHub's published GraphQL schema, and one that it must
// refuse.

import { readFileSync } from "node:fs";
import { buildSchema, parse, validate } from "graphql";
import { schema } from "@octokit/graphql-schema";

const github = buildSchema(schema.idl, { assumeValidSDL: true });
const wrong = (text) => validate(github, parse(text)).map((error) => error.message);
let passed = 0;
const failures = [];
for (const file of process.argv.slice(2)) {
  const found = wrong(readFileSync(file, "utf8"));
  if (found.length === 0) passed += 1;
  else failures.push(`${file}: ${found.join("; ")}`);
}
if (wrong("query { viewer { name_of_nobody } }").length > 0) passed += 1;
else failures.push("a field that there is not was accepted");
for (const failure of failures) console.log(`failed: ${failure}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);
