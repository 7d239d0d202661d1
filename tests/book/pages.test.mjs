// Every page renders, asks for nothing, leads nowhere wrong, and can be read by everyone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { address, axe, open, pages, visit } from "./browser.mjs";

let browser;
before(async () => (browser = await open()));
after(() => browser.close());

test("the book has a page for each of the 58 equations", () => {
  for (let number = 1; number <= 58; number++) assert.ok(pages.includes(`equation-${number}.html`), `equation ${number}`);
});

test("every page renders without a message, its formulas included, and fits a phone", async () => {
  const faults = [];
  const links = new Map();
  const ids = new Map();
  for (const name of pages) {
    const opened = await visit(browser, name, { viewport: { width: 390, height: 844 } });
    const seen = await opened.page.evaluate(() => {
      const math = [...document.querySelectorAll("math")];
      const isShown = (element) => element.getBoundingClientRect().width > 0 && getComputedStyle(element).display !== "none";
      const main = document.querySelector("main");
      const clone = main.cloneNode(true);
      clone.querySelectorAll("pre, code").forEach((code) => code.remove());
      return {
        formulas: math.length,
        hidden: math.filter((formula) => !isShown(formula)).length,
        source: /\\(frac|mathbf|begin|sum|tilde)|\$`|`\$/.exec(clone.textContent)?.[0],
        wide: document.documentElement.scrollWidth - innerWidth,
        headings: document.querySelectorAll("h1").length,
        links: [...document.querySelectorAll("a[href]")].map((link) => new URL(link.getAttribute("href"), document.baseURI).href),
        ids: [...document.querySelectorAll("[id]")].map((element) => element.id),
      };
    });
    faults.push(...opened.faults);
    const wrong = (holds, what) => holds || faults.push(`${name}: ${what}`);
    wrong(seen.hidden === 0, `${seen.hidden} formulas are not visible`);
    wrong(seen.source === undefined, `shows the source of a formula: ${seen.source}`);
    wrong(!/^equation-/.test(name) || seen.formulas > 0, "has no formula");
    wrong(seen.wide <= 0, `is ${seen.wide} pixels too wide`);
    wrong(seen.headings === 1, `has ${seen.headings} first headings`);
    wrong(new Set(seen.ids).size === seen.ids.length, "has an id twice");
    links.set(name, seen.links);
    ids.set(address(name), new Set(seen.ids));
    await opened.context.close();
  }
  for (const [name, targets] of links) {
    for (const target of targets.filter((target) => target.startsWith("file:"))) {
      const [page, id] = target.split("#");
      const there = ids.get(page);
      if (!there || (id && !there.has(decodeURIComponent(id)))) faults.push(`${name}: ${target} leads nowhere`);
    }
  }
  assert.deepEqual(faults, []);
});

for (const colorScheme of ["light", "dark"]) {
  test(`landmarks, names and contrast hold in the ${colorScheme} theme`, async () => {
    const faults = [];
    // Of pages that one template makes, those that differ most: axe takes seconds for each.
    const equations = [1, 2, 8, 16, 22, 38, 39, 58].map((number) => `equation-${number}.html`);
    const listing = pages.find((name) => name.startsWith("source-"));
    const each = pages.filter((name) => !/^(equation|source)-/.test(name)).concat(equations, listing);
    for (const name of each) {
      const { context, page } = await visit(browser, name, { colorScheme });
      await page.evaluate(axe);
      // Structure is the same in both themes.
      const runOnly = colorScheme === "dark" ? { runOnly: ["color-contrast"] } : {};
      const options = { resultTypes: ["violations"], ...runOnly };
      const found = await page.evaluate((options) => window.axe.run(document, options), options);
      for (const { id, nodes } of found.violations) faults.push(`${name}: ${id}: ${nodes.length} × ${nodes[0].html.slice(0, 120)}`);
      await context.close();
    }
    assert.deepEqual(faults, []);
  });
}

test("the keyboard alone reaches every link, button and field", async () => {
  for (const name of ["index.html", "equation-39.html", "step.html", "play.html", "search.html"]) {
    const { context, page } = await visit(browser, name);
    const count = await page.evaluate(() => {
      const all = [...document.querySelectorAll("a[href], button, input, select, [tabindex='0']")];
      const reachable = all.filter((element) => !element.disabled && element.getClientRects().length);
      reachable.forEach((element) => (element.dataset.wanted = "1"));
      return reachable.length;
    });
    for (let at = 0; at < count + 5; at++) {
      await page.keyboard.press("Tab");
      await page.evaluate(() => delete document.activeElement.dataset.wanted);
    }
    const missed = await page.$$eval("[data-wanted]", (elements) => elements.map((element) => element.outerHTML.slice(0, 80)));
    assert.deepEqual(missed, [], name);
    await context.close();
  }
});

test("without JavaScript, every picture and every number is there", async () => {
  const { context, page } = await visit(browser, "equation-39.html", { javaScriptEnabled: false });
  const lines = await page.$$eval(".worked li", (all) => all.map((line) => line.getClientRects().length > 0));
  // dW of 3 × 2 and of 4 × 3.
  assert.deepEqual(lines, Array(18).fill(true));
  assert.ok((await page.$$(".m td.lit")).length >= 4);
  await context.close();
});

test("on paper, every entry is worked out and nothing is dark", async () => {
  const { context, page } = await visit(browser, "equation-42.html", { colorScheme: "dark" });
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  assert.ok((await page.$$eval(".worked li", (all) => all.every((line) => line.getClientRects().length > 0))));
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
  assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector("figcaption")).color), "rgb(68, 68, 68)");
  await context.close();
});

test("the search finds an equation by its id and a page by words without accents", async () => {
  const { context, page, faults } = await visit(browser, "search.html");
  const first = async (words) => {
    await page.fill("#words", words);
    return page.$$eval("#found a", (links) => links.slice(0, 3).map((link) => link.getAttribute("href")));
  };
  assert.ok((await first("backward.scalar.dw")).includes("equation-39.html"));
  assert.ok((await first("keep probability")).length > 0);
  assert.deepEqual(await first("zzzz"), []);
  assert.deepEqual(faults, []);
  await context.close();
});
