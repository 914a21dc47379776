// Manifold's own functions over a table of the benchmark's shape: node peer.cjs ROWS [STEPS]. Prints JSON:
// milliseconds of processor time by step. STEPS: all, or "features" where k-means would take hours.
const [rows, steps] = [Number(process.argv[2]), process.argv[3] ?? "all"];
console.warn = () => {}; // tfjs asks for its native back end, which this version has none of for today's Node
const common = "@mlvis/mlvis-common/utils/";
const {
  logLoss, computeFeatureMeta, computeSegmentedFeatureDistributions, computeSegmentedFeatureDistributionsNormalized,
  computeDivergence, computeDensity, computePercentiles,
} = require(`${common}computation.js`);
const { computeClusters } = require(`${common}kmeans.js`);

let state = 12345; // the same table for everybody: a generator of its own, not the language's
const draw = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) + 0.5) / 4294967296;
const bell = () => Math.sqrt(-2 * Math.log(draw())) * Math.cos(2 * Math.PI * draw());
const column = (value) => Array.from({ length: rows }, value);

const numbers = Array.from({ length: 20 }, () => column(bell)); // none is missing: it would leave such columns out
const categories = [2, 5, 8, 20, 50].map((count) => column(() => `c${Math.floor(draw() * count)}`));
const truth = column(() => Math.floor(draw() * 2));
const models = [0, 1].map((model) => truth.map((one, row) => {
  const failing = model === 0 ? numbers[3][row] > 1.2 : numbers[4][row] < -1.9;
  const of1 = 1 / (1 + Math.exp(-((failing ? 0.2 : 2) * (2 * one - 1) + bell())));
  return [1 - of1, of1];
}));

const spent = {};
const timed = (name, work) => {
  const before = process.cpuUsage();
  try {
    return work();
  } catch (error) {
    spent[`${name} fails`] = String(error);
    return null;
  } finally {
    const { user, system } = process.cpuUsage(before);
    spent[name] = Math.round((user + system) / 1000);
  }
};

const byClass = (model) => [0, 1].map((place) => model.map((row) => row[place]));
const scores = timed("scores", () => models.map((model) => Array.from(logLoss(truth, byClass(model), ["0", "1"]))));
const groups = steps === "all"
  ? timed("segments", () => Array.from(computeClusters(scores, 4, true)))
  : Array.from(truth, () => Math.floor(draw() * 4));
const members = [0, 1, 2, 3].map((key) => groups.flatMap((group, row) => (group === key ? [row] : [])));
timed("performance", () => members.filter((ids) => ids.length).map((ids) => scores.map((score) => {
  const own = ids.map((row) => score[row]);
  return [computeDensity(own, 50), computePercentiles(own, [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99])];
})));
const named = [...numbers, ...categories].map((values, place) => [`f${place}`, values]);
const metas = timed("columns", () => named.map(([name, values]) => computeFeatureMeta(name, values, 100)));
if (metas) {
  timed("attribution", () => named.map(([, values], place) => {
    const sides = [groups.flatMap((group, row) => (group === 3 ? [values[row]] : [])),
      groups.flatMap((group, row) => (group === 3 ? [] : [values[row]]))];
    const counted = computeSegmentedFeatureDistributions(metas[place].type, metas[place].domain, sides);
    return computeDivergence(computeSegmentedFeatureDistributionsNormalized(counted));
  }));
}
console.log(JSON.stringify({ rows, spent }));
