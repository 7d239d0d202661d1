// Known mistakes of the zoo, by id: the stages of layer.mjs that each replaces. `node_layer.mjs --mistake ID` runs one,
// so that `check` can name it, and the study book switches them on.
const scaled = (M, f) => M.map((row, i) => row.map((x, k) => x * f(i, k)));
const product = (M, N) => M.map((row) => N[0].map((_, j) => row.reduce((total, x, k) => total + x * N[k][j], 0)));
const turned = (M) => M[0].map((_, j) => M.map((row) => row[j]));
const applied = (factor) => ({
  forward: { A_tilde: (s) => scaled(s.A, (i, k) => factor(s, i, k)) },
  backward: { dA: (s) => scaled(s.dA_tilde, (i, k) => factor(s, i, k)) },
});
const unscaled = applied(({ R }, i, k) => R[i][k]);
const unmasked = applied(({ p }, i, k) => 1 / p[k]);
const byDrop = applied(({ R, p }, i, k) => R[i][k] / (1 - p[k]));
const inverted = applied(({ R, p }, i, k) => (1 - R[i][k]) / p[k]);

export const mistakes = {
  "unscaled-forward": unscaled.forward,
  "unscaled-backward": unscaled.backward,
  "unmasked-forward": unmasked.forward,
  "unmasked-backward": unmasked.backward,
  "scaled-by-drop-forward": byDrop.forward,
  "scaled-by-drop-both-passes": { ...byDrop.forward, ...byDrop.backward },
  "mask-inverted-forward": inverted.forward,
  "mask-inverted-backward": inverted.backward,
  "jacobian-missing": { dZ: (s) => s.dA_next },
  "dw-from-a": { dW: (s) => product(turned(s.A), s.dZ) },
  "dw-of-first-example": { dW: (s) => product(turned(s.A_tilde.slice(0, 1)), s.dZ.slice(0, 1)) },
  "db-averaged": { db: (s) => turned(s.dZ).map((column) => column.reduce((total, x) => total + x, 0) / s.dZ.length) },
  "db-of-first-example": { db: (s) => s.dZ[0] },
  "da-tilde-from-upstream": { dA_tilde: (s) => product(s.dA_next, turned(s.W)) },
};
