// Reading a curve of recall against queries per second.
import { median } from "../page/statistics.js";

/**
 * Queries per second of each block at a recall of `target`, or undefined when the entries never reach it. Between two
 * values of ef the logarithm of the speed is linear in the recall. `entries`: those of one contender.
 */
export function speedsAt(entries, target) {
  const curve = [...entries].sort((a, b) => a.recall - b.recall || b.qps - a.qps);
  const at = curve.findIndex(({ recall }) => recall >= target);
  if (at < 0) return undefined;
  // What is as good and faster counts, whatever its ef.
  const reached = curve.slice(at).sort((a, b) => b.qps - a.qps)[0];
  if (at === 0) return reached.blockQps;
  const below = curve[at - 1];
  const share = (target - below.recall) / (curve[at].recall - below.recall);
  const between = curve[at].blockQps.map((qps, block) => {
    const logarithm = Math.log(below.blockQps[block]) * (1 - share) + Math.log(qps) * share;
    return Math.exp(logarithm);
  });
  return median(between) >= reached.qps ? between : reached.blockQps;
}

/** How many times as fast `ours` is as `theirs` at this recall: the median over blocks that were asked in turns. */
export function ratioAt(ours, theirs, target) {
  const [a, b] = [speedsAt(ours, target), speedsAt(theirs, target)];
  if (!a || !b) return undefined;
  const blocks = Math.min(a.length, b.length);
  return median(Array.from({ length: blocks }, (_, block) => a[block] / b[block]));
}
