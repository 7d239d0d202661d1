// The layer in plain JavaScript as a program. It needs only node; the step itself is in layer.mjs.
//
//     dropout-oracle check -- node examples/subjects/node_layer.mjs
//     dropout-oracle check -- node examples/subjects/node_layer.mjs --mistake db-averaged
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { coupled, mask, scalar, step, words } from "./layer.mjs";
import { mistakes } from "./mistakes.mjs";

// The stages of a known mistake, if one is asked for.
const { mistake } = parseArgs({ options: { mistake: { type: "string" } } }).values;
if (mistake !== undefined && !(mistake in mistakes)) throw new Error(`--mistake: one of ${Object.keys(mistakes).join(", ")}`);

const sample = (p, rows) => Array.from({ length: rows }, () => p.map((keep) => (Math.random() < keep ? 1 : 0)));

const about = {
  name: "node",
  version: process.versions.node,
  arithmetic: "f64",
  accumulator: "f64",
  homepage: "https://nodejs.org",
  supports: {
    activations: [...Object.keys(scalar), ...Object.keys(coupled)],
    per_unit_p: true,
    sample: true,
    outputs: ["A_tilde", "Z", "A_next", "dZ", "dW", "db", "dA_tilde", "dA"],
  },
};

function answer({ cmd, seq, activation, inputs, p, rows }) {
  try {
    if (cmd === "start") return about;
    if (cmd === "step") return { seq, outputs: step(activation, inputs, mistakes[mistake]) };
    if (cmd === "sample") return { seq, R: sample(p, rows) };
    return { seq, skipped: `does not know ${cmd}` };
  } catch (error) {
    return { seq, error: String(error) };
  }
}

// NaN and the infinities become strings, because JSON has none.
const plain = (_, value) => (typeof value === "number" && !Number.isFinite(value) ? String(value) : value);

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  if (question.cmd === "stop") break;
  process.stdout.write(JSON.stringify(answer(question), plain) + "\n");
}
process.stdin.destroy(); // otherwise an open pipe keeps node alive
