import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import path from "node:path";
import { address, axe, launch, open, phone, shots } from "./browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const count = (page) => page.locator("a.row").count();
const hash = (page) => new URL(page.url()).hash;
const total = (page) => page.locator("#total").textContent();

/** Opens the page of the first finding of the list. */
async function openFirst(page) {
  await page.locator("a.row").first().click();
  await page.waitForSelector("article.finding, .page-view .empty");
}

const views = [
  ["overview", "#/"],
  ["findings", "#/findings"],
  ["pages", "#/pages"],
  ["page", "#/findings", openFirst],
];

for (const name of ["small", "change", "japanese", "hostile", "clean"]) {
  for (const [view, at, then] of views) {
    if (name === "clean" && view === "page") continue;
    test(`${name}, ${view}: silent, accessible, and as wide as the screen`, async () => {
      for (const [looks, options] of [
        ["light", { colorScheme: "light" }],
        ["dark", { colorScheme: "dark" }],
        ["phone", { colorScheme: "light", viewport: phone }],
      ]) {
        const { page, seen, close } = await open(browser, name, at, { ...options, bypassCSP: true });
        await then?.(page);
        await page.screenshot({ path: path.join(shots, `${name}-${view}-${looks}.png`), fullPage: name !== "hostile" });
        await page.evaluate(axe);
        const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
        const found = result.violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.target + " " + node.failureSummary).join("; ")}`);
        assert.deepEqual(found, [], looks);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(wide <= 0, `${looks}: ${wide} pixels too wide`);
        assert.deepEqual(seen, []);
        await close();
      }
    });
  }
}

test("the policy holds: the page makes no request and runs no foreign script, even when asked to", async () => {
  const { page, seen, close } = await open(browser, "small");
  assert.deepEqual(seen, []);
  const refused = await page.evaluate(async () => {
    const out = [];
    await fetch("https://example.invalid/").catch(() => out.push("fetch"));
    try {
      document.body.innerHTML = "<b>x</b>";
    } catch {
      out.push("html");
    }
    const script = document.createElement("script");
    try {
      script.textContent = "window.ran = true";
      document.body.append(script);
    } catch {
      out.push("script");
    }
    if (!window.ran) out.push("not run");
    return out;
  });
  assert.ok(refused.includes("fetch") && refused.includes("html") && refused.includes("not run"), String(refused));
  await close();
});

test("what is hostile stays text", async () => {
  for (const at of ["#/", "#/findings", "#/pages"]) {
    const { page, seen, close } = await open(browser, "hostile", at);
    const foreign = () =>
      page.evaluate(() => ({
        elements: document.querySelectorAll("#app img, #app iframe, #app script, #app object, #app svg a").length,
        links: [...document.querySelectorAll("#app a[href]")].map((a) => a.getAttribute("href")).filter((href) => !/^#|^https:\/\/github\.com\//.test(href)),
        hidden: /[\u0000-\u0008\u000b-\u001f\u202a-\u202e\u2066-\u2069]/.test(document.querySelector("#app").textContent),
      }));
    assert.deepEqual(await foreign(), { elements: 0, links: [], hidden: false });
    const rows = await count(page);
    for (let n = 0; n < Math.min(rows, 16) && at !== "#/"; n += 1) {
      await page.goto(address("hostile", at));
      await page.locator("a.row").nth(n).click();
      await page.waitForSelector(".page-view");
      assert.deepEqual(await foreign(), { elements: 0, links: [], hidden: false });
    }
    assert.deepEqual(seen, []);
    await close();
  }
});

test("search, filters and order live in the address", async () => {
  const { page, seen, close } = await open(browser, "small", "#/findings");
  assert.equal(await total(page), "46 findings");
  await page.fill("#search", "cache.max_age ＩＮＳＴＡＬＬ");
  const found = await count(page);
  assert.ok(found > 0 && found < 46);
  assert.equal(new URLSearchParams(hash(page).split("?")[1]).get("q"), "cache.max_age ＩＮＳＴＡＬＬ");
  await page.fill("#search", "jonas");
  assert.ok((await count(page)) > found, "people are searched too");
  await page.fill("#search", "");
  await page.getByRole("button", { name: "Warning" }).click();
  await page.getByRole("button", { name: "With a fix" }).click();
  await page.selectOption("#f-sort", "oldest");
  assert.equal(hash(page), "#/findings?severity=warning&fix=1&sort=oldest");
  const days = await page.locator("a.row time").allTextContents();
  assert.ok(days.length > 1);
  assert.deepEqual(days, [...days].sort());
  const rows = await page.locator("a.row").allTextContents();
  assert.ok(rows.every((row) => row.startsWith("Warning")));

  // The same address in another window shows the same.
  const again = await open(browser, "small", hash(page));
  assert.deepEqual(await again.page.locator("a.row").allTextContents(), rows);
  assert.equal(await again.page.locator("#f-sort").inputValue(), "oldest");
  assert.equal(await again.page.getByRole("button", { name: "Warning" }).getAttribute("aria-pressed"), "true");
  await again.close();

  // Into a page and back.
  await openFirst(page);
  assert.match(hash(page), /^#\/page\/.+\?finding=/);
  await page.goBack();
  assert.equal(hash(page), "#/findings?severity=warning&fix=1&sort=oldest");
  assert.deepEqual(await page.locator("a.row").allTextContents(), rows);
  await page.getByRole("button", { name: "Clear filters" }).click();
  assert.equal(hash(page), "#/findings?sort=oldest");
  await page.fill("#search", "no such thing anywhere");
  assert.equal(await page.locator(".empty").textContent(), "Nothing matches these filters.");

  // From the overview to a folder.
  await page.goto(address("small", "#/"));
  await page.locator("table.areas a").first().click();
  assert.match(hash(page), /^#\/findings\?in=/);
  assert.ok((await count(page)) > 0);
  assert.deepEqual(seen, []);
  await close();
});

test("an audit of a change says what the change does", async () => {
  const { page, seen, close } = await open(browser, "change", "#/");
  const card = page.locator("section[aria-labelledby=change]");
  assert.deepEqual(await card.locator("dd").allTextContents(), ["5", "1", "31"]);
  assert.equal(await card.locator(".waived li").count(), 2);
  assert.equal(await card.locator(".again li").count(), 2);
  await card.locator(".again a").first().click();
  await page.waitForSelector(".page-view");
  await page.keyboard.press("2");
  await page.waitForSelector("#search");
  assert.equal(await page.locator("a.row .old").count(), 1);
  // An audit of all pages has no such part.
  const whole = await open(browser, "small", "#/");
  await whole.page.waitForSelector(".overview");
  assert.equal(await whole.page.locator("section[aria-labelledby=change]").count(), 0);
  assert.deepEqual([...seen, ...whole.seen], []);
  await whole.close();
  await close();
});

test("addresses that nobody made do no harm", async () => {
  for (const at of ["#/page/%E0%A4%A", "#/page/none", "#/findings?page=-7&sort=x&severity=y", "#/findings?page=99999999999999999999", "#javascript:alert(1)", "#/pages?state=__proto__", "#/findings?sort=constructor"]) {
    const { page, seen, close } = await open(browser, "small", at);
    assert.equal(await page.locator("h1").count(), 1, at);
    assert.deepEqual(seen, [], at);
    await close();
  }
});

test("a page shows the line, the proof in order, the change and the fix", async () => {
  const { page, seen, close } = await open(browser, "small", "#/findings?rule=dead-flag&fix=1&severity=error");
  await openFirst(page);
  const article = page.locator("article.finding").first();
  assert.equal(await article.locator(".marked mark").textContent(), "--config-file");
  assert.equal(await article.locator(".better ins").textContent(), "--config");
  const steps = await article.locator(".timeline .step").allTextContents();
  assert.deepEqual([steps[0], ...steps.slice(-2)], ["Written", "Renamed", "Now"]);
  assert.equal(await article.locator(".diff .gone").count(), 1);
  assert.equal(await article.locator(".diff .came").count(), 1);
  const external = await article.locator("a[target]").first();
  assert.match(await external.getAttribute("href"), /^https:\/\/github\.com\/harbour\/harbour\//);
  assert.equal(await external.getAttribute("rel"), "noopener noreferrer");

  // What is copied can be pasted.
  const paste = async (label) => {
    const button = await page.locator("article.finding").first().getByRole("button", { name: label }).elementHandle();
    await button.click();
    await page.waitForFunction((it) => it.textContent === "Copied", button);
    await page.evaluate(() => {
      const area = document.createElement("textarea");
      area.id = "paste";
      document.body.append(area);
      area.focus();
    });
    await page.keyboard.press("Control+V");
    const text = await page.locator("#paste").inputValue();
    await page.evaluate(() => document.getElementById("paste").remove());
    return text;
  };
  assert.equal(await paste("Copy the fix"), "--config");
  assert.equal(await paste("Copy the corrected line"), "Start the server with `--config` and wait for it.");
  assert.match(await paste("Copy the place"), /\.md:\d+$/);
  assert.match(await paste("Copy the proof"), /Renamed: \d{4}-\d\d-\d\d [0-9a-f]{7} Jonas Lindqvist/);
  assert.deepEqual(seen, []);
  await close();
});

test("the keyboard is enough", async () => {
  const { page, seen, close } = await open(browser, "small");
  await page.keyboard.press("/");
  await page.waitForSelector("#search:focus");
  await page.keyboard.type("backup");
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  const focused = () => page.evaluate(() => document.activeElement.textContent);
  assert.equal(await focused(), await page.locator("a.row").first().textContent());
  await page.keyboard.press("Enter");
  await page.waitForSelector("article.finding");
  // On the finding that was chosen, or on the heading where that is the first.
  assert.ok(["title", "ARTICLE"].includes(await page.evaluate(() => document.activeElement.id || document.activeElement.tagName)));
  await page.keyboard.press("j");
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "ARTICLE");
  await page.keyboard.press("Escape");
  await page.waitForSelector("#search");
  assert.equal(await page.inputValue("#search"), "backup");
  await page.keyboard.press("?");
  assert.ok(await page.locator("dialog.help").isVisible());
  await page.keyboard.press("Escape");
  assert.ok(!(await page.locator("dialog.help").isVisible()));
  await page.keyboard.press("3");
  await page.waitForSelector("#f-state");
  await page.keyboard.press("1");
  await page.waitForSelector(".overview");
  // The first stop of the Tab key leads past the navigation.
  await page.goto(address("small", "#/pages"));
  await page.reload();
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "Skip to content");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "title");
  assert.deepEqual(seen, []);
  await close();
});

test("the theme follows the system until it is chosen, and is remembered", async () => {
  const { page, close } = await open(browser, "small", "", { colorScheme: "dark" });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await ground();
  await page.click("#theme");
  assert.equal(await page.locator("#theme").getAttribute("aria-label"), "Theme: light");
  const light = await ground();
  assert.notEqual(light, dark);
  await page.reload();
  assert.equal(await ground(), light);
  await page.keyboard.press("t");
  assert.equal(await ground(), dark);
  await close();
});

test("on paper there is the report and none of its controls", async () => {
  const { page, close } = await open(browser, "small", "#/findings", { colorScheme: "dark" });
  await openFirst(page);
  await page.emulateMedia({ media: "print" });
  for (const part of [".top", ".actions", ".back"]) assert.ok(!(await page.locator(part).first().isVisible()), part);
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
  assert.ok(await page.locator("article.finding .diff").first().isVisible());
  assert.ok((await page.pdf()).length > 10_000);
  await close();
});

test("without JavaScript the numbers are there", async () => {
  const { page, close } = await open(browser, "small", "", { javaScriptEnabled: false });
  assert.match(await page.locator("noscript, main.plain").first().textContent(), /37 statements are no longer true/);
  await close();
});

test("5,000 findings are there within a second, and a search in a blink", async () => {
  const ready = [];
  const searched = [];
  for (let n = 0; n < 3; n += 1) {
    const { page, seen, close } = await open(browser, "large", "#/findings");
    ready.push(await page.evaluate(() => performance.getEntriesByName("shelflife-ready")[0].startTime));
    assert.equal(await total(page), "1–50 of 5,000");
    for (const word of ["healthz gateway", "jonas rename", "docs/guide"]) {
      searched.push(
        await page.evaluate((text) => {
          const search = document.getElementById("search");
          search.value = text;
          const from = performance.now();
          search.dispatchEvent(new Event("input"));
          document.body.getBoundingClientRect();
          return performance.now() - from;
        }, word),
      );
    }
    await page.fill("#search", "");
    await page.getByRole("button", { name: "Next" }).click();
    assert.equal(await total(page), "51–100 of 5,000");
    await page.locator("a.row").nth(20).click();
    await page.waitForSelector("article.finding .excerpt .marked");
    assert.deepEqual(seen, []);
    await close();
  }
  console.log("ready after", ready.map(Math.round), "ms; searches took", searched.map(Math.round), "ms");
  assert.ok(Math.min(...ready) < 1000, String(ready));
  assert.ok(Math.min(...searched.slice(3)) < 200, String(searched));
});
