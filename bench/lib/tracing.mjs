// What the browser itself says of the tasks of a page's thread.

/** Runs `work` and resolves with the trace's events. */
export async function traced(page, work) {
  const session = await page.context().browser().newBrowserCDPSession();
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  const complete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
  await session.send("Tracing.start", {
    traceConfig: {
      includedCategories: ["disabled-by-default-devtools.timeline", "blink.user_timing"],
    },
    transferMode: "ReportEvents",
  });
  try {
    await work();
  } finally {
    await session.send("Tracing.end");
    await complete;
    await session.detach();
  }
  return events;
}

/**
 * The tasks between two marks, of the thread that made them and of the workers of its page together; times in
 * milliseconds, as passed and on the processor. The latter hardly depend on what else the machine does.
 */
export function longestTasks(events, first, last) {
  const mark = (name) => events.find((event) => event.name === name);
  const [begin, end] = [mark(first), mark(last)];
  if (!begin || !end) throw new Error("The trace does not have the marks.");
  const workers = new Set(
    events
      .filter(({ name, pid }) => name === "thread_name" && pid === begin.pid)
      .filter(({ args }) => args.name.startsWith("DedicatedWorker"))
      .map(({ tid }) => tid),
  );
  const tasks = events.filter(
    ({ name, ph, pid, ts }) =>
      name === "RunTask" && ph === "X" && pid === begin.pid && ts >= begin.ts && ts <= end.ts,
  );
  return {
    page: figures(tasks.filter(({ tid }) => tid === begin.tid)),
    worker: figures(tasks.filter(({ tid }) => workers.has(tid))),
  };
}

function figures(tasks) {
  if (tasks.length === 0) throw new Error("The trace has no tasks of that thread.");
  const passed = tasks.map(({ dur }) => dur / 1000);
  const cpu = tasks.map(({ tdur, dur }) => (tdur ?? dur) / 1000);
  const over = (times) => times.filter((time) => time > 16).length;
  const sum = cpu.reduce((total, time) => total + time, 0);
  return {
    count: tasks.length,
    longest: Math.max(...passed),
    longestCpu: Math.max(...cpu),
    over: over(passed),
    overCpu: over(cpu),
    /** The share of its work that is done in tasks longer than so many milliseconds. */
    shareOver: (limit) =>
      cpu.filter((time) => time > limit).reduce((total, time) => total + time, 0) / sum,
  };
}
