// Tables of the search beside peers: ratios first.
import { median } from "../../page/statistics.js";
import { ratioAt, speedsAt } from "../curve.mjs";
import { ms, seconds, table, times, whole } from "./table.mjs";

const TARGETS = [0.95, 0.99];

const isOurs = (name) => name.startsWith("vecino");

export function searchTables({ entries, records, callMs, missing, k }) {
  const names = [...new Set(entries.map(({ name }) => name))];
  const of = (name) => entries.filter((entry) => entry.name === name);
  const peers = names.filter((name) => !isOurs(name));
  const heads = TARGETS.map((target) => `at recall@${k} >= ${target}`);
  const ratios = names
    .filter(isOurs)
    .flatMap((name) =>
      peers.map((peer) => [
        `${name} / ${peer}`,
        ...TARGETS.map((target) => times(ratioAt(of(name), of(peer), target))),
      ]),
    );
  const speeds = names.map((name) => [
    name,
    ...TARGETS.map((target) => {
      const blocks = speedsAt(of(name), target);
      return whole(blocks && median(blocks));
    }),
  ]);
  const curve = entries.map(({ name, ef, recall, qps, p50, p95 }) => [
    name,
    ef ?? "-",
    recall.toFixed(4),
    whole(qps),
    ms(p50),
    ms(p95),
  ]);
  const compared = table(["queries per second, ours / theirs", ...heads], ratios);
  return [
    ...(ratios.length > 0 ? [compared] : []),
    table(["queries per second", ...heads], speeds),
    `![recall against queries per second](recall-${records}.svg)`,
    table(["", "ef", `recall@${k}`, "queries per second", "a query, p50", "p95"], curve),
    `Of a query, the call into the engine and its answer take ${ms(callMs)}: so long takes one over 20 vectors.`,
    ...(missing ? [`Native hnswlib was not measured: ${missing}.`] : []),
  ].join("\n\n");
}

export function buildTable({ built, records }) {
  const fastest = built.find(({ name }) => name.startsWith("vecino int8, engine"));
  const graphs = built.filter(({ name }) => !["plain JavaScript", "voy", "orama"].includes(name));
  const rows = graphs.map(({ name, ms: taken }) => [
    name,
    seconds(taken),
    whole((1000 * records) / taken),
    times(taken / fastest.ms),
  ]);
  return table(
    ["building", "time", "vectors per second", `${fastest.name} is x times as fast`],
    rows,
  );
}
