// A Chromium for the tests, and the reports that they open.

import { chromium } from "playwright-core";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const target = process.env.CARGO_TARGET_DIR ?? path.join(root, "target");
const reports = path.join(target, "tmp", "browser");
export const shots = path.join(reports, "shots");
mkdirSync(shots, { recursive: true });

export const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const desktop = { width: 1180, height: 860 };
export const phone = { width: 390, height: 844 };

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

export const address = (name, hash = "") => pathToFileURL(path.join(reports, name + ".html")).href + hash;

/** Opens a report; `seen` collects what must not happen: messages, errors, requests, dialogs. */
export async function open(browser, name, hash = "", options = {}) {
  const context = await browser.newContext({ viewport: desktop, ...options });
  const page = await context.newPage();
  const seen = [];
  page.on("console", (message) => seen.push(message.type() + ": " + message.text()));
  page.on("pageerror", (error) => seen.push("error: " + error.message));
  page.on("dialog", (dialog) => {
    seen.push("dialog: " + dialog.message());
    return dialog.dismiss();
  });
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== address(name)) seen.push("request: " + request.url());
  });
  await page.goto(address(name, hash));
  return { page, seen, close: () => context.close() };
}
