// Runs in the browser: asks the process outside for jobs and does them, one after the other.
import * as damage from "./damage.js";
import * as faulted from "./faulted.js";
import * as lanes from "./lanes.js";
import { fetchJson } from "./outside.js";
import * as plain from "./plain.js";
import * as quota from "./quota.js";

const jobs = { ...lanes, ...faulted, ...quota, ...damage, ...plain };

for (;;) {
  const next = await fetchJson("/next");
  if (!next) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    continue;
  }
  const answer = {};
  try {
    answer.value = (await jobs[next.job](...next.args)) ?? null;
  } catch (error) {
    answer.error = `${error.code ?? ""} ${error.stack ?? error}`;
    if (!answer.error.includes(error.message)) answer.error = `${error.message} ${answer.error}`;
  }
  await fetchJson("/answer", answer, { id: next.id });
}
