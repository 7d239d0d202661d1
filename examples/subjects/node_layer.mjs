// The layer in plain JavaScript, with a hand-written backward pass. It needs only node.
//
//     dropout-oracle check -- node examples/subjects/node_layer.mjs
import { createInterface } from "node:readline";

const sum = (xs) => xs.reduce((total, x) => total + x, 0);
const transpose = (M) => M[0].map((_, j) => M.map((row) => row[j]));
const multiply = (M, N) => M.map((row) => N[0].map((_, j) => sum(row.map((x, k) => x * N[k][j]))));
const eachCell = (f, M, ...others) => M.map((row, i) => row.map((x, j) => f(x, ...others.map((N) => N[i][j]))));
const sigmoid = (z) => (z > 0 ? 1 : Math.exp(z)) / (1 + Math.exp(-Math.abs(z)));
const squareRoot2OverPi = Math.sqrt(2 / Math.PI);

// The functions of a single unit: [g(z), g'(z)]. JavaScript has no erf, so there is no gelu.
const scalar = {
  identity: (z) => [z, 1],
  relu: (z) => (z > 0 ? [z, 1] : [0, 0]),
  leaky_relu: (z, { slope }) => (z > 0 ? [z, 1] : [slope * z, slope]),
  sigmoid: (z) => [sigmoid(z), sigmoid(z) * sigmoid(-z)],
  tanh: (z) => [Math.tanh(z), 4 * sigmoid(2 * z) * sigmoid(-2 * z)],
  softplus: (z) => [Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))), sigmoid(z)],
  silu: (z) => [z * sigmoid(z), sigmoid(z) * (1 + z * sigmoid(-z))],
  gelu_tanh: (z) => {
    const u = squareRoot2OverPi * (z + 0.044715 * z ** 3);
    const du = squareRoot2OverPi * (1 + 3 * 0.044715 * z ** 2);
    return [z * sigmoid(2 * u), sigmoid(2 * u) * (1 + 2 * z * sigmoid(-2 * u) * du)]; // (1 + tanh u) / 2 = σ(2u)
  },
  elu: (z, { alpha }) => (z > 0 ? [z, 1] : [alpha * Math.expm1(z), alpha * Math.exp(z)]),
  softsign: (z) => [z / (1 + Math.abs(z)), (1 / (1 + Math.abs(z))) ** 2],
};

const eachUnit = (units, z, d) => {
  const pairs = z.map((x, j) => scalar[units[j].name](x, units[j]));
  return [pairs.map(([a]) => a), pairs.map(([, slope], j) => d[j] * slope)];
};

// The functions of a row: [g(z), dJ/dz] from d = dJ/da.
const coupled = {
  per_unit: (z, d, { units }) => eachUnit(units, z, d),
  softmax: (z, d) => {
    const top = Math.max(...z);
    const e = z.map((x) => Math.exp(x - top));
    const s = e.map((x) => x / sum(e));
    const dot = sum(s.map((x, j) => x * d[j]));
    return [s, s.map((x, j) => x * (d[j] - dot))];
  },
  log_softmax: (z, d) => {
    const top = Math.max(...z);
    const e = z.map((x) => Math.exp(x - top));
    return [z.map((x) => x - top - Math.log(sum(e))), d.map((x, j) => x - (e[j] / sum(e)) * sum(d))];
  },
  cumulative_sum: (z, d) => [z.map((_, j) => sum(z.slice(0, j + 1))), d.map((_, j) => sum(d.slice(j)))],
  coupled_quadratic: (z, d) => {
    const after = (j) => z[(j + 1) % z.length];
    const before = (xs, j) => xs[(j + z.length - 1) % z.length];
    return [z.map((x, j) => x * after(j) + x), d.map((x, j) => x * (after(j) + 1) + before(d, j) * before(z, j))];
  },
  normalized_square: (z, d) => {
    const total = 1 + sum(z.map((x) => x * x));
    const a = z.map((x) => (x * x) / total);
    const dot = sum(a.map((x, j) => x * d[j]));
    return [a, z.map((x, j) => (2 * x * (d[j] - dot)) / total)];
  },
};

function step(activation, { A, p, R, W, b, dA_next }) {
  const factor = R.map((row) => row.map((r, k) => r / p[k]));
  const A_tilde = eachCell((a, f) => a * f, A, factor);
  const Z = multiply(A_tilde, W).map((row) => row.map((z, j) => z + b[j]));
  const g = coupled[activation.name] ?? ((z, d) => eachUnit(Array(z.length).fill(activation), z, d));
  const rows = Z.map((z, i) => g(z, dA_next[i], activation));
  const [A_next, dZ] = [rows.map(([a]) => a), rows.map(([, dz]) => dz)];
  const dA_tilde = multiply(dZ, transpose(W));
  const dA = eachCell((d, f) => d * f, dA_tilde, factor);
  return { A_tilde, Z, A_next, dZ, dW: multiply(transpose(A_tilde), dZ), db: transpose(dZ).map(sum), dA_tilde, dA };
}

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
    if (cmd === "step") return { seq, outputs: step(activation, inputs) };
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
