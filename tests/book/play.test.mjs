// The page to play with computes what the fixtures say, for every activation that it offers.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { cases, open, root, visit } from "./browser.mjs";

let browser;
let opened;
before(async () => {
  browser = await open();
  opened = await visit(browser, "play.html");
});
after(() => browser.close());

const flat = (array) => [array].flat(2);

test("it equals the fixtures for every activation that it offers", async () => {
  const { page, faults } = opened;
  const offered = await page.$$eval("#g option", (options) => options.map((option) => option.value));
  assert.ok(offered.length >= 15, `offers ${offered}`);
  // Beyond this, tables of inputs take long to show, and say no more.
  const small = cases().filter(({ shape: { m, n, n_next } }) => m * n * n_next <= 400);
  const judged = new Map(offered.map((name) => [name, 0]));
  for (const { id, activation, inputs, expected, tolerance } of small) {
    if (!judged.has(activation.name)) continue;
    const got = await page.evaluate(([activation, inputs]) => (window.play.load(activation, inputs), window.play.results), [activation, inputs]);
    for (const name of Object.keys(expected)) {
      const [is, should, by] = [got, expected, tolerance.f64].map((all) => flat(all[name]));
      assert.equal(is.length, should.length);
      is.forEach((x, at) => {
        if (by[at] === null) return;
        assert.ok(Math.abs(x - should[at]) <= by[at], `${id}: ${name} ${at} is ${x}, expected ${should[at]} ± ${by[at]}`);
      });
    }
    judged.set(activation.name, judged.get(activation.name) + 1);
  }
  for (const [name, count] of judged) assert.ok(count > 0, `no case has ${name}`);
  assert.deepEqual(faults, []);
});

test("a changed input, a drawn mask and a switched-on mistake change what is shown", async () => {
  const { page, faults } = opened;
  const byHand = cases().find(({ id }) => id === "exact/by-hand");
  await page.evaluate(([activation, inputs]) => window.play.load(activation, inputs), [byHand.activation, byHand.inputs]);
  const cell = (array, i, j) => page.locator(`#made [data-array="${array}"] tbody tr`).nth(i).locator("td").nth(j);
  assert.equal(await cell("dA", 1, 0).textContent(), "-24");
  await page.selectOption("#mistake", "unscaled-backward");
  assert.equal(await cell("dA", 1, 0).locator("del").textContent(), "-3");
  assert.equal(await cell("dA", 1, 0).locator("ins").textContent(), "right: -24");
  assert.match(await page.textContent("#says"), /lacks 1\/p.*Wrong entries: 2\./);
  for (const id of await page.evaluate(() => window.play.mistakes)) {
    await page.selectOption("#mistake", id);
    assert.ok((await page.$$("#made .bad")).length > 0, `${id} shows nowhere`);
  }
  await page.selectOption("#mistake", "");
  assert.equal((await page.$$("#made .bad")).length, 0);
  await page.locator('#given [data-array="b"] input').first().fill("4");
  assert.equal(await cell("Z", 0, 0).textContent(), "8");
  assert.deepEqual(faults, []);
});

test("a mask drawn with a seed is that of the named generator", async () => {
  const { page } = opened;
  const folder = join(root, "fixtures/cases/sampler");
  const samplings = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
  const zero = samplings.filter(({ sample }) => /^0+$/.test(sample.key) && Number.isSafeInteger(Number(sample.stream)));
  assert.ok(zero.length > 0);
  for (const { sample: { p, rows, stream }, expected } of zero) {
    const inputs = { A: Array(rows).fill(p), p, R: Array(rows).fill(p.map(() => 1)), W: p.map(() => [1]), b: [0], dA_next: Array(rows).fill([1]) };
    await page.evaluate((inputs) => window.play.load({ name: "identity" }, inputs), inputs);
    await page.fill("#seed", stream);
    await page.click("#draw");
    const drawn = await page.$$eval('#given [data-array="R"] tbody tr', (trs) => trs.map((tr) => [...tr.querySelectorAll("input")].map((input) => Number(input.value))));
    assert.deepEqual(drawn, expected.R);
  }
});
