/* The layer in C11, with a hand-written backward pass. It needs only libm.
 *
 *     cc -std=c11 -O2 -Wall -Wextra -Werror -pedantic c_layer.c -o c_layer -lm
 *     dropout-oracle check -- ./c_layer
 */
#include <math.h>

#include "c_json.h"

typedef struct { size_t rows, cols; double *at; } matrix;

#define AT(M, i, j) ((M).at[(i) * (M).cols + (j)])

static matrix zeros(size_t rows, size_t cols) { return (matrix){rows, cols, take(rows * cols, sizeof(double))}; }

/* Reads an array of rows; a flat array becomes a single row. */
static matrix read_matrix(const json *value)
{
    bool flat = value->first && value->first->kind == JSON_NUMBER;
    matrix M = zeros(flat ? 1 : value->length, flat ? value->length : value->first ? value->first->length : 0);
    double *at = M.at, *end = at + M.rows * M.cols;
    for (const json *row = flat ? value : value->first; row; row = flat ? NULL : row->next)
        for (const json *cell = row->first; cell && at < end; cell = cell->next) *at++ = cell->number;
    return M;
}

static double sigmoid(double z)
{
    double e = exp(-fabs(z));
    return (z > 0 ? 1 : e) / (1 + e);
}

/* g(z) and g'(z) of one unit; false if the name is unknown. */
static bool scalar(const json *g, double z, double *a, double *slope)
{
    const json *name = member(g, "name");
    double leak = member(g, "slope")->number, alpha = member(g, "alpha")->number;
    if (is(name, "identity")) return *a = z, *slope = 1, true;
    if (is(name, "relu")) return *a = z > 0 ? z : 0, *slope = z > 0, true;
    if (is(name, "leaky_relu")) return *a = z > 0 ? z : leak * z, *slope = z > 0 ? 1 : leak, true;
    if (is(name, "sigmoid")) return *a = sigmoid(z), *slope = sigmoid(z) * sigmoid(-z), true;
    if (is(name, "tanh")) return *a = tanh(z), *slope = 4 * sigmoid(2 * z) * sigmoid(-2 * z), true;
    if (is(name, "softplus")) return *a = fmax(z, 0) + log1p(exp(-fabs(z))), *slope = sigmoid(z), true;
    if (is(name, "silu")) return *a = z * sigmoid(z), *slope = sigmoid(z) * (1 + z * sigmoid(-z)), true;
    if (is(name, "elu")) return *a = z > 0 ? z : alpha * expm1(z), *slope = z > 0 ? 1 : alpha * exp(z), true;
    if (is(name, "softsign")) return *a = z / (1 + fabs(z)), *slope = 1 / (1 + fabs(z)) / (1 + fabs(z)), true;
    if (is(name, "gelu")) {
        double keep = erfc(-z * 0.70710678118654752) / 2;
        return *a = z * keep, *slope = keep + z * exp(-z * z / 2) * 0.39894228040143268, true;
    }
    if (is(name, "gelu_tanh")) { /* (1 + tanh u) / 2 is the sigmoid of 2u */
        double u = 0.79788456080286536 * (z + 0.044715 * z * z * z);
        double du = 0.79788456080286536 * (1 + 3 * 0.044715 * z * z);
        return *a = z * sigmoid(2 * u), *slope = sigmoid(2 * u) * (1 + 2 * z * sigmoid(-2 * u) * du), true;
    }
    return false;
}

/* One row: a = g(z), and dz from d = dJ/da. */
static bool activate(const json *g, size_t n, const double *z, const double *d, double *a, double *dz)
{
    const json *name = member(g, "name");
    double sum = 0, dot = 0, top = z[0];
    for (size_t j = 1; j < n; j++) top = fmax(top, z[j]);
    if (is(name, "softmax")) {
        for (size_t j = 0; j < n; j++) sum += a[j] = exp(z[j] - top);
        for (size_t j = 0; j < n; j++) dot += d[j] * (a[j] /= sum);
        for (size_t j = 0; j < n; j++) dz[j] = a[j] * (d[j] - dot);
    } else if (is(name, "log_softmax")) {
        for (size_t j = 0; j < n; j++) sum += exp(z[j] - top), dot += d[j];
        for (size_t j = 0; j < n; j++) a[j] = z[j] - top - log(sum), dz[j] = d[j] - exp(z[j] - top) / sum * dot;
    } else if (is(name, "cumulative_sum")) {
        for (size_t j = 0; j < n; j++) a[j] = sum += z[j];
        for (size_t j = n; j-- > 0;) dz[j] = dot += d[j];
    } else if (is(name, "coupled_quadratic")) {
        for (size_t j = 0; j < n; j++) {
            size_t after = (j + 1) % n, before = (j + n - 1) % n;
            a[j] = z[j] * z[after] + z[j];
            dz[j] = d[j] * (z[after] + 1) + d[before] * z[before];
        }
    } else if (is(name, "normalized_square")) {
        for (size_t j = 0; j < n; j++) sum += z[j] * z[j];
        for (size_t j = 0; j < n; j++) dot += d[j] * (a[j] = z[j] * z[j] / (1 + sum));
        for (size_t j = 0; j < n; j++) dz[j] = 2 * z[j] * (d[j] - dot) / (1 + sum);
    } else {
        const json *unit = is(name, "per_unit") ? member(g, "units")->first : NULL;
        for (size_t j = 0; j < n; j++, unit = unit ? unit->next : NULL) {
            double slope;
            if (!scalar(unit ? unit : g, z[j], &a[j], &slope)) return false;
            dz[j] = d[j] * slope;
        }
    }
    return true;
}

static void print_row(const double *at, size_t cols)
{
    fputs("[", stdout);
    for (size_t j = 0; j < cols; j++) {
        fputs(j ? "," : "", stdout);
        if (isfinite(at[j])) printf("%.17g", at[j]);
        else fputs(isnan(at[j]) ? "\"NaN\"" : at[j] > 0 ? "\"Infinity\"" : "\"-Infinity\"", stdout);
    }
    fputs("]", stdout);
}

static void print_matrix(const char *before, matrix M)
{
    printf("%s[", before);
    for (size_t i = 0; i < M.rows; i++) {
        fputs(i ? "," : "", stdout);
        print_row(M.at + i * M.cols, M.cols);
    }
    fputs("]", stdout);
}

static void step(const json *g, const json *inputs)
{
    matrix A = read_matrix(member(inputs, "A")), p = read_matrix(member(inputs, "p")), R = read_matrix(member(inputs, "R"));
    matrix W = read_matrix(member(inputs, "W")), b = read_matrix(member(inputs, "b")), d = read_matrix(member(inputs, "dA_next"));
    size_t m = A.rows, n = A.cols, n_next = W.cols;
    if (!m || !n || !n_next || p.cols != n || R.rows != m || R.cols != n || W.rows != n || b.cols != n_next || d.rows != m || d.cols != n_next) {
        fputs("\"error\": \"the shapes of the inputs do not fit each other\"", stdout);
        return;
    }
    matrix A_tilde = zeros(m, n), Z = zeros(m, n_next), A_next = zeros(m, n_next), dZ = zeros(m, n_next);
    matrix dW = zeros(n, n_next), db = zeros(1, n_next), dA_tilde = zeros(m, n), dA = zeros(m, n);
    for (size_t i = 0; i < m; i++) {
        for (size_t k = 0; k < n; k++) AT(A_tilde, i, k) = AT(R, i, k) / AT(p, 0, k) * AT(A, i, k);
        for (size_t j = 0; j < n_next; j++) {
            AT(Z, i, j) = AT(b, 0, j);
            for (size_t k = 0; k < n; k++) AT(Z, i, j) += AT(W, k, j) * AT(A_tilde, i, k);
        }
        if (!activate(g, n_next, &AT(Z, i, 0), &AT(d, i, 0), &AT(A_next, i, 0), &AT(dZ, i, 0))) {
            fputs("\"skipped\": \"it does not know this activation\"", stdout);
            return;
        }
        for (size_t j = 0; j < n_next; j++) {
            AT(db, 0, j) += AT(dZ, i, j);
            for (size_t k = 0; k < n; k++) {
                AT(dW, k, j) += AT(dZ, i, j) * AT(A_tilde, i, k);
                AT(dA_tilde, i, k) += AT(dZ, i, j) * AT(W, k, j);
            }
        }
        for (size_t k = 0; k < n; k++) AT(dA, i, k) = AT(R, i, k) / AT(p, 0, k) * AT(dA_tilde, i, k);
    }
    print_matrix("\"outputs\": {\"A_tilde\": ", A_tilde);
    print_matrix(", \"Z\": ", Z);
    print_matrix(", \"A_next\": ", A_next);
    print_matrix(", \"dZ\": ", dZ);
    print_matrix(", \"dW\": ", dW);
    fputs(", \"db\": ", stdout);
    print_row(db.at, db.cols);
    print_matrix(", \"dA_tilde\": ", dA_tilde);
    print_matrix(", \"dA\": ", dA);
    fputs("}", stdout);
}

/* SplitMix64, because rand() may produce only 15 bits; the top 53 bits make a uniform number in [0, 1). */
static double uniform(void)
{
    static uint64_t state = 1;
    uint64_t word = state += 0x9e3779b97f4a7c15;
    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9;
    word = (word ^ word >> 27) * 0x94d049bb133111eb;
    return ldexp((double)((word ^ word >> 31) >> 11), -53);
}

static void sample(const json *probabilities, double rows)
{
    if (!(rows >= 0 && rows <= 1e8)) {
        fputs("\"error\": \"rows must be a number from 0 to 100,000,000\"", stdout);
        return;
    }
    matrix p = read_matrix(probabilities), R = zeros((size_t)rows, p.cols);
    for (size_t i = 0; i < R.rows; i++)
        for (size_t k = 0; k < p.cols; k++) AT(R, i, k) = uniform() < AT(p, 0, k);
    print_matrix("\"R\": ", R);
}

#ifndef __VERSION__
#define __VERSION__ "unknown"
#endif

static const char about[] =
    "{\"name\": \"c\", \"version\": \"" __VERSION__ "\", \"arithmetic\": \"f64\", \"accumulator\": \"f64\","
    " \"supports\": {\"activations\": [\"identity\", \"relu\", \"leaky_relu\", \"sigmoid\", \"tanh\", \"softplus\", \"silu\","
    " \"gelu\", \"gelu_tanh\", \"elu\", \"softsign\", \"per_unit\", \"softmax\", \"log_softmax\", \"cumulative_sum\", \"coupled_quadratic\","
    " \"normalized_square\"], \"per_unit_p\": true, \"sample\": true,"
    " \"outputs\": [\"A_tilde\", \"Z\", \"A_next\", \"dZ\", \"dW\", \"db\", \"dA_tilde\", \"dA\"]}}";

int main(void)
{
    for (char *line; (line = read_line(stdin)); release()) {
        json question = {JSON_WORD, 0, NULL, NULL, 0, NULL, NULL};
        const json *command = read_value(line, &question) ? member(&question, "cmd") : &question;
        if (is(command, "stop")) break;
        if (is(command, "start")) {
            puts(about);
        } else {
            printf("{\"seq\": %.0f, ", member(&question, "seq")->number);
            if (is(command, "step")) step(member(&question, "activation"), member(&question, "inputs"));
            else if (is(command, "sample")) sample(member(&question, "p"), member(&question, "rows")->number);
            else fputs("\"error\": \"not a question of the protocol\"", stdout);
            puts("}");
        }
        fflush(stdout);
    }
    release();
    return 0;
}
