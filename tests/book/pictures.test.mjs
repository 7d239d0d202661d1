// Pointing at an entry of a result lights up what the equation reads, and shows its number as the fixture has it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cases, open, visit } from "./browser.mjs";

let browser;
before(async () => (browser = await open()));
after(() => browser.close());

const range = (n) => [...Array(n).keys()];
// What each result reads, written down here again: from the shape and the two indices of an entry.
const reads = {
  A_tilde: ({}, i, k) => [`R-${i}-${k}`, `p-0-${k}`, `A-${i}-${k}`],
  Z: ({ n }, i, j) => [...range(n).flatMap((k) => [`W-${k}-${j}`, `A_tilde-${i}-${k}`]), `b-0-${j}`],
  A_next: ({ n_next }, i) => range(n_next).map((l) => `Z-${i}-${l}`),
  dZ: ({ n_next }, i, j) => range(n_next).flatMap((jj) => [`dA_next-${i}-${jj}`, `J${i + 1}-${jj}-${j}`]),
  dW: ({ m }, k, j) => range(m).flatMap((i) => [`dZ-${i}-${j}`, `A_tilde-${i}-${k}`]),
  db: ({ m }, _, j) => range(m).map((i) => `dZ-${i}-${j}`),
  dA_tilde: ({ n_next }, i, k) => range(n_next).flatMap((j) => [`dZ-${i}-${j}`, `W-${k}-${j}`]),
  dA: ({}, i, k) => [`dA_tilde-${i}-${k}`, `R-${i}-${k}`, `p-0-${k}`],
};
const equations = {
  A_tilde: [3, 18],
  Z: [4, 19],
  A_next: [5, 20],
  dZ: [25, 38, 54],
  dW: [29, 39, 55],
  db: [30, 40, 56],
  dA_tilde: [34, 41, 57],
  dA: [36, 42, 58],
};
const all = cases();

for (const [name, numbers] of Object.entries(equations)) {
  test(`${name}: every entry of its pictures lights up what it is made of`, async () => {
    for (const number of numbers) {
      const { context, page, faults } = await visit(browser, `equation-${number}.html`);
      for (const id of ["exact/by-hand", "shapes/softmax-2x4x3"]) {
        const { shape, expected } = all.find((one) => one.id === id);
        const picture = page.locator(`#picture-${id.replace("/", "-")}`);
        const rows = name === "db" ? [expected.db] : expected[name];
        for (const [i, row] of rows.entries()) {
          for (const [j, value] of row.entries()) {
            const place = `${name}-${i}-${j}`;
            const entry = picture.locator(`td[data-place="${place}"] a`);
            // Focus may scroll another entry below a resting mouse.
            if (i + j === 0) await page.mouse.move(0, 0);
            await (i + j === 0 ? entry.focus() : entry.hover());
            const lit = await picture.locator("td.lit").evaluateAll((cells) => cells.map((cell) => cell.dataset.place));
            assert.deepEqual([...new Set(lit)].sort(), [...new Set(reads[name](shape, i, j))].sort(), `${number}: ${place}`);
            const line = picture.locator(".worked li.on");
            assert.equal(await line.count(), 1);
            assert.equal(await line.getAttribute("data-place"), place);
            const shown = Number((await line.locator(".step").last().textContent()).replace(/^\s*[=≈]\s*/, ""));
            assert.ok(Math.abs(shown - value) <= 1e-5 * Math.abs(value), `${number}: ${place} is ${shown}, not ${value}`);
          }
        }
      }
      assert.deepEqual(faults, []);
      await context.close();
    }
  });
}
