// Any number of vectors made from the real ones: a new row lies between a row and one of its near neighbors, and has some
// noise on it. The same on every machine.
import { shuffled, uniforms } from "../page/numbers.js";
import { unitRows } from "../page/unit.js";
import { gaussians } from "./generated.mjs";

/** Rows are compared with those of the same cell only: of those around the same of so many centers. */
const CELLS = 250;
const NEIGHBORS = 10;
/** Of the row that is mixed with a neighbor. */
const WEIGHT = { least: 0.6, most: 0.9 };
/** Length of the noise, the row's length being 1. */
const NOISE = 0.02;

/** For each row of unit length up to `NEIGHBORS` near rows: an array of arrays. */
export function nearNeighbors(base, dimension) {
  const count = base.length / dimension;
  const centers = shuffled(count, 1).slice(0, CELLS);
  const cells = centers.map(() => []);
  for (let row = 0; row < count; row += 1) {
    const similar = centers.map((center) =>
      dot(base, row * dimension, base, center * dimension, dimension),
    );
    cells[similar.indexOf(Math.max(...similar))].push(row);
  }
  const neighbors = Array.from({ length: count }, () => []);
  for (const cell of cells) {
    for (const row of cell) {
      const others = cell.map((other) => ({
        other,
        value: dot(base, row * dimension, base, other * dimension, dimension),
      }));
      others.sort((a, b) => b.value - a.value || a.other - b.other);
      neighbors[row] = others.map(({ other }) => other).filter((other) => other !== row);
      neighbors[row].length = Math.min(neighbors[row].length, NEIGHBORS);
    }
  }
  return neighbors;
}

/** Yields Float32Arrays of `size` rows of unit length, `count` rows in all. */
export function* scaled(base, dimension, neighbors, count, size) {
  const uniform = uniforms(2);
  const gaussian = gaussians(3);
  const scale = NOISE / Math.sqrt(dimension);
  const rows = base.length / dimension;
  for (let start = 0; start < count; start += size) {
    const batch = new Float32Array(Math.min(size, count - start) * dimension);
    for (let offset = 0; offset < batch.length; offset += dimension) {
      const row = Math.floor(uniform() * rows);
      const near = neighbors[row];
      const other = near.length > 0 ? near[Math.floor(uniform() * near.length)] : row;
      const weight = WEIGHT.least + uniform() * (WEIGHT.most - WEIGHT.least);
      for (let at = 0; at < dimension; at += 1) {
        const mixed =
          weight * base[row * dimension + at] + (1 - weight) * base[other * dimension + at];
        batch[offset + at] = mixed + scale * gaussian();
      }
    }
    yield unitRows(batch, dimension);
  }
}

export function dot(a, aOffset, b, bOffset, dimension) {
  let [even, odd] = [0, 0];
  for (let at = 0; at < dimension; at += 2) {
    even += a[aOffset + at] * b[bOffset + at];
    odd += a[aOffset + at + 1] * b[bOffset + at + 1];
  }
  return even + odd;
}
