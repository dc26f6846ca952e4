// psi in the browser: what crossmodal/fusion/ does, in the same order and with the same limits.
// Pure functions over plain arrays, n modalities and C classes; tests/pages/test_mixer.py holds the two sides together.

export const FLOOR = 1e-6;

const sum = (values) => values.reduce((total, value) => total + value, 0);
const scaled = (values, total) => values.map((value) => value / total);

// Weights in the order of the present modalities, >= 0 with sum 1; all zero means equal weights.
export function normalizeAlpha(raw) {
  const largest = Math.max(0, ...raw);
  if (largest === 0) return raw.map(() => 1 / raw.length);
  const relative = scaled(raw, largest);
  return scaled(relative, sum(relative));
}

export function softmax(scores) {
  const highest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - highest));
  return scaled(powers, sum(powers));
}

const logFloor = (probabilities) => probabilities.map((p) => Math.log(Math.max(p, FLOOR)));

// sum_i w_i rows_i, for rows of equal length.
function weighted(weights, rows) {
  const total = new Array(rows[0].length).fill(0);
  rows.forEach((row, i) => { for (let c = 0; c < row.length; c += 1) total[c] += weights[i] * row[c]; });
  return total;
}

// 1 - H(p) / log C: 0 for uniform probabilities, 1 for a certain class.
export function confidence(probabilities) {
  const logs = logFloor(probabilities);
  const entropy = -sum(probabilities.map((p, c) => p * logs[c]));
  return Math.min(1, Math.max(0, 1 - entropy / Math.log(probabilities.length)));
}

export function levelPrior(probabilities, prior) {
  const levelled = probabilities.map((p, c) => p / Math.max(prior[c], FLOOR));
  return scaled(levelled, sum(levelled));
}

// p^(1/T), normalised.
export function sharpen(probabilities, temperature) {
  return temperature === 1 ? probabilities : softmax(logFloor(probabilities).map((score) => score / temperature));
}

const linear = (task, weights) => weighted(weights, task.probabilities);

const logPool = (task, weights) => softmax(weighted(weights, task.probabilities.map(logFloor)));

function product(task, weights) {
  const exponents = scaled(weights, Math.max(...weights));
  const rest = 1 - sum(exponents);
  const prior = logFloor(task.prior);
  const evidence = weighted(exponents, task.probabilities.map(logFloor));
  return softmax(evidence.map((score, c) => score + rest * prior[c]));
}

// theta is linear in z, so the logits of the modalities and the products z_i z_j are sufficient.
function sharedSpace(task, weights, gram) {
  const square = sum(gram.map((row, i) => weights[i] * sum(row.map((value, j) => value * weights[j]))));
  const length = Math.max(Math.sqrt(Math.max(square, 0)), 1e-9);
  const slopes = task.logits.map((row) => row.map((logit, c) => logit - task.bias[c]));
  const temperature = Math.exp(sum(weights.map((weight, i) => weight * Math.log(task.temperatures[i]))));
  return softmax(weighted(weights, slopes).map((score, c) => (score / length + task.bias[c]) / temperature));
}

const POOLS = { linear, log_pool: logPool, product, confidence: linear, shared_space: sharedSpace };

// A rule without arithmetic here is a table: rows of fused probabilities at even steps of the first weight from 0 to 1,
// or one row for a single modality; interpolated linearly.
export function tabulated(task, weights) {
  const position = weights[0] * (task.table.length - 1);
  const below = Math.max(0, Math.min(Math.floor(position), task.table.length - 2));
  const next = task.table[Math.min(below + 1, task.table.length - 1)];
  return task.table[below].map((p, c) => p + (position - below) * (next[c] - p));
}

// Whether a rule is arithmetic that the browser knows.
export const knows = (rule) => Object.hasOwn(POOLS, rule);

// The weights in use: alpha, unless the rule derives them from the probabilities of the first task.
function weightsUsed(rule, alpha, probabilities) {
  if (rule !== "confidence") return alpha;
  const raw = probabilities.map((row, i) => alpha[i] * confidence(row));
  const total = sum(raw);
  return total > 1e-9 ? scaled(raw, total) : alpha;
}

// The fusion inputs of some modalities, by index; made once, before any number of mixes. `table` holds, task by
// task, the result of a rule that the browser does not know.
export function choose(problem, indices, table = null) {
  const pick = (rows) => indices.map((i) => rows[i]);
  const tasks = problem.tasks.map((task, k) => ({
    ...task, table: table?.tasks[k], probabilities: pick(task.probabilities), logits: pick(task.logits), temperatures: pick(task.temperatures),
  }));
  return { tasks, gram: pick(problem.gram).map(pick) };
}

// `problem` of the present modalities alone: {tasks: [{probabilities, logits, temperatures, bias, prior}], gram}, the
// main task first; `raw` are their weights as set. Returns {weights, tasks: [p, ...]}.
export function fuse(problem, raw, { rule, temperature, prior }) {
  const weights = weightsUsed(rule, normalizeAlpha(raw), problem.tasks[0].probabilities);
  const tasks = problem.tasks.map((task) => {
    const pooled = knows(rule) ? POOLS[rule](task, weights, problem.gram) : tabulated(task, weights);
    return sharpen(prior === "even" ? levelPrior(pooled, task.prior) : pooled, temperature);
  });
  return { weights, tasks };
}

// The two highest classes and their margin; of equal ones the later wins, as on the server.
export function verdict(probabilities) {
  let first = -1;
  let second = -1;
  probabilities.forEach((p, c) => {
    if (first < 0 || p >= probabilities[first]) [first, second] = [c, first];
    else if (second < 0 || p >= probabilities[second]) second = c;
  });
  return { first, second, margin: probabilities[first] - probabilities[second] };
}

// Where the winner changes as the weight of the first of two modalities goes from 0 to 1: [[start, end, class], ...].
// A dense grid, then bisection: for any rule, but it misses segments narrower than a step of the grid.
export function flips(problem, settings, steps = 400) {
  const winner = (a) => verdict(fuse(problem, [a, 1 - a], settings).tasks[0]).first;
  const segments = [];
  let [start, current] = [0, winner(0)];
  for (let k = 1; k <= steps; k += 1) {
    const next = winner(k / steps);
    if (next === current) continue;
    let [low, high] = [(k - 1) / steps, k / steps];
    while (high - low > 1e-9) {
      const middle = (low + high) / 2;
      if (winner(middle) === current) low = middle; else high = middle;
    }
    segments.push([start, high, current]);
    [start, current] = [high, next];
  }
  return [...segments, [start, 1, current]];
}

// --- numbers as they are written, the same as number and percent of numbers.py -----------------------------------

function roundEven(value) {
  const below = Math.floor(value);
  const rest = value - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}

export function percent(probability) {
  const whole = roundEven(100 * probability);
  return whole === 0 && probability > 0.0005 ? "<1" : String(whole);
}

export function number(value) {
  const tie = Number.isInteger(value * 8) && !Number.isInteger(value * 4); // the only halves of a hundredth in binary
  const text = tie ? (roundEven(100 * value) / 100).toFixed(2) : value.toFixed(2);
  return text === "1.00" ? "1" : text.replace("0.", ".");
}

// Put values into a message of the catalogue.
export const fill = (wording, values) => wording.replace(/\{(\w+)\}/g, (_, name) => (name in values ? values[name] : "?"));
