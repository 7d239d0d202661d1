// Each mistake that the page to play with offers is the one of the zoo: `check` calls it by that name.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { mistakes } from "../../examples/subjects/mistakes.mjs";
import { root } from "./browser.mjs";

const program = process.env.DROPOUT_ORACLE ?? "dropout-oracle";
const layer = join(root, "examples/subjects/node_layer.mjs");

for (const id of Object.keys(mistakes)) {
  test(`check names ${id}`, async () => {
    const words = ["check", "--select", "exact/*", "--", "node", layer, "--mistake", id];
    const report = await new Promise((done) => {
      execFile(program, words, { cwd: root }, (error, out, err) => done({ status: error?.code ?? 0, text: out + err }));
    });
    assert.equal(report.status, 1, report.text);
    assert.match(report.text, new RegExp(`diagnosis: likely defect: .* \\[${id}\\]`));
  });
}
