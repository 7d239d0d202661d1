// One training step of dropout and a dense layer in plain JavaScript, with a hand-written backward pass. It needs no
// library and no node: node_layer.mjs answers the protocol with it, and the study book computes with it in the browser.
const sum = (xs) => xs.reduce((total, x) => total + x, 0);
const transpose = (M) => M[0].map((_, j) => M.map((row) => row[j]));
const multiply = (M, N) => M.map((row) => N[0].map((_, j) => sum(row.map((x, k) => x * N[k][j]))));
const eachCell = (f, M, ...others) => M.map((row, i) => row.map((x, j) => f(x, ...others.map((N) => N[i][j]))));
const sigmoid = (z) => (z > 0 ? 1 : Math.exp(z)) / (1 + Math.exp(-Math.abs(z)));
const squareRoot2OverPi = Math.sqrt(2 / Math.PI);

// The functions of a single unit: [g(z), g'(z)]. JavaScript has no erf, so there is no gelu.
export const scalar = {
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
export const coupled = {
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

const rowsOf = ({ activation, Z, dA_next }) => {
  const g = coupled[activation.name] ?? ((z, d) => eachUnit(Array(z.length).fill(activation), z, d));
  return Z.map((z, i) => g(z, dA_next[i], activation));
};

// The step, stage by stage: each reads the inputs and what the stages before it have made.
export const stages = {
  factor: ({ R, p }) => R.map((row) => row.map((r, k) => r / p[k])),
  A_tilde: ({ A, factor }) => eachCell((a, f) => a * f, A, factor),
  Z: ({ A_tilde, W, b }) => multiply(A_tilde, W).map((row) => row.map((z, j) => z + b[j])),
  A_next: (s) => rowsOf(s).map(([a]) => a),
  dZ: (s) => rowsOf(s).map(([, dz]) => dz),
  dW: ({ A_tilde, dZ }) => multiply(transpose(A_tilde), dZ),
  db: ({ dZ }) => transpose(dZ).map(sum),
  dA_tilde: ({ dZ, W }) => multiply(dZ, transpose(W)),
  dA: ({ dA_tilde, factor }) => eachCell((d, f) => d * f, dA_tilde, factor),
};

// All eight results; stages in `replaced` take the place of those above.
export function step(activation, inputs, replaced = {}) {
  const s = { activation, ...inputs };
  for (const [name, stage] of Object.entries({ ...stages, ...replaced })) s[name] = stage(s);
  const { A_tilde, Z, A_next, dZ, dW, db, dA_tilde, dA } = s;
  return { A_tilde, Z, A_next, dZ, dW, db, dA_tilde, dA };
}

// The 64-bit words of ChaCha20, the named generator: a key of 64 hex digits and the number of a stream.
export function* words(key, stream) {
  const number = (hex) => parseInt(hex.match(/../g).reverse().join(""), 16);
  const keyWords = key.match(/.{8}/g).map(number);
  const nonce = [Number(BigInt(stream) & 0xffffffffn), Number(BigInt(stream) >> 32n)];
  for (let counter = 0; ; counter++) {
    const start = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, ...keyWords, counter, 0, ...nonce];
    const x = Uint32Array.from(start);
    const turn = (to, by, bits) => {
      x[to] ^= by;
      x[to] = (x[to] << bits) | (x[to] >>> (32 - bits));
    };
    const quarter = (a, b, c, d) => {
      for (const [first, second] of [[16, 12], [8, 7]]) {
        x[a] += x[b];
        turn(d, x[a], first);
        x[c] += x[d];
        turn(b, x[c], second);
      }
    };
    for (let round = 0; round < 10; round++) {
      for (let at = 0; at < 4; at++) quarter(at, at + 4, at + 8, at + 12);
      for (let at = 0; at < 4; at++) quarter(at, ((at + 1) % 4) + 4, ((at + 2) % 4) + 8, ((at + 3) % 4) + 12);
    }
    const block = x.map((word, at) => word + start[at]);
    for (let at = 0; at < 16; at += 2) yield (BigInt(block[at + 1]) << 32n) | BigInt(block[at]);
  }
}

// floor(p · 2^64), exactly: a double times 2^64 is a whole number unless p is tiny, and then what is below 1 is dropped.
const threshold = (p) => BigInt(Math.floor(p * 2 ** 64));

// A mask of equation 2 from such words: each cell takes one, row by row.
export function mask(p, rows, drawn) {
  const row = () => p.map((keep) => (drawn.next().value < threshold(keep) ? 1 : 0));
  return Array.from({ length: rows }, row);
}
