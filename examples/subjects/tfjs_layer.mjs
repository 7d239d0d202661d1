// The layer in TensorFlow.js on its CPU backend: the usual forward pass, and the backward pass by tf.grads.
//
// tf.layers.dropout has a single rate for all units and draws its own mask, so the mask is applied as a factor r / p.
// The package is found as require finds it: in node_modules of this folder or one above it, or in NODE_PATH.
//
//     NODE_PATH=elsewhere/node_modules dropout-oracle check -- node examples/subjects/tfjs_layer.mjs
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

console.log = console.warn = console.error; // stdout belongs to the protocol
const tf = createRequire(import.meta.url)("@tensorflow/tfjs");

const layer = (activation) => {
  const applied = tf.layers.activation({ activation });
  return (z) => applied.apply(z);
};
// Not tf.split, whose gradient fails where there is only one column.
const columns = (z) => Array.from({ length: z.shape[1] }, (_, j) => tf.slice(z, [0, j], [-1, 1]));
const rolled = ([first, ...others]) => [...others, first];

const given = {
  identity: (z) => tf.clone(z),
  relu: tf.relu,
  leaky_relu: (z, { slope }) => tf.leakyRelu(z, slope),
  sigmoid: tf.sigmoid,
  tanh: tf.tanh,
  softplus: tf.softplus,
  silu: layer("swish"),
  gelu: layer("gelu"),
  gelu_tanh: layer("gelu_new"),
  elu: (z, { alpha }) => tf.add(tf.relu(z), tf.mul(alpha, tf.elu(tf.minimum(z, 0)))), // tf.elu has no alpha
  softsign: layer("softsign"),
  softmax: (z) => tf.softmax(z),
  log_softmax: (z) => tf.logSoftmax(z),
  cumulative_sum: (z) => tf.cumsum(z, 1),
  coupled_quadratic: (z) => tf.add(tf.mul(z, tf.concat(rolled(columns(z)), 1)), z),
  normalized_square: (z) => tf.div(tf.square(z), tf.add(1, tf.sum(tf.square(z), 1, true))),
  per_unit: (z, { units }) => tf.concat(columns(z).map((column, j) => activate(units[j], column)), 1),
};

const activate = (g, z) => given[g.name](z, g);

// The chain, cut at its joints so that each call of tf.grads exposes one intermediate gradient.
function step(activation, inputs) {
  const tensor = (name) => tf.tensor(inputs[name], undefined, "float32");
  const [A, p, R, W, b, dA_next] = ["A", "p", "R", "W", "b", "dA_next"].map(tensor);
  const mask = (A) => tf.mul(A, tf.div(R, p));
  const dense = (A_tilde, W, b) => tf.add(tf.matMul(A_tilde, W), b);
  const A_tilde = mask(A);
  const Z = dense(A_tilde, W, b);
  const A_next = activate(activation, Z);
  const dZ = tf.grad((z) => activate(activation, z))(Z, dA_next);
  const [dA_tilde, dW, db] = tf.grads(dense)([A_tilde, W, b], dZ);
  const dA = tf.grad(mask)(A, dA_tilde);
  const results = { A_tilde, Z, A_next, dZ, dW, db, dA_tilde, dA };
  return Object.fromEntries(Object.entries(results).map(([name, result]) => [name, result.arraySync()]));
}

const sample = (p, rows) => tf.cast(tf.less(tf.randomUniform([rows, p.length]), tf.tensor(p)), "int32").arraySync();

const about = {
  name: "tfjs float32",
  version: tf.version.tfjs,
  arithmetic: "f32",
  accumulator: "f32",
  homepage: "https://www.tensorflow.org/js",
  supports: {
    activations: Object.keys(given),
    per_unit_p: true,
    sample: true,
    outputs: ["A_tilde", "Z", "A_next", "dZ", "dW", "db", "dA_tilde", "dA"],
  },
};

function answer({ cmd, seq, activation, inputs, p, rows }) {
  try {
    if (cmd === "start") return about;
    if (cmd === "step") return { seq, outputs: tf.tidy(() => step(activation, inputs)) };
    if (cmd === "sample") return { seq, R: tf.tidy(() => sample(p, rows)) };
    return { seq, skipped: `does not know ${cmd}` };
  } catch (error) {
    return { seq, error: String(error) };
  }
}

// NaN and the infinities become strings, because JSON has none.
const plain = (_, value) => (typeof value === "number" && !Number.isFinite(value) ? String(value) : value);

await tf.setBackend("cpu");
for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  if (question.cmd === "stop") break;
  process.stdout.write(JSON.stringify(answer(question), plain) + "\n");
}
process.stdin.destroy(); // otherwise an open pipe keeps node alive
