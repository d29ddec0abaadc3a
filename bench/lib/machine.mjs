// On what the figures were measured.
import { cpus, loadavg, totalmem } from "node:os";

export function describeMachine() {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? "unknown CPU",
    cores: all.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
}

/** Processes that wanted to run during the last minute; above the number of cores the figures suffer. */
export const load = () => loadavg()[0];
