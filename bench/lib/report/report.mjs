// The whole report: on what was measured, then a chapter for each section.

export function markdown({ machine, load, versions, about, sections }) {
  const { cpu, cores, memoryGiB } = machine;
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const chapters = sections.map(({ title, text }) => `## ${title}\n\n${text}`);
  return [
    `${about}; cosine, k 10, M 16, ef_construction 200, one thread each.`,
    `${named.join(", ")}; ${cores} cores of ${cpu}, ${memoryGiB} GiB; load ${load.map((value) => value.toFixed(1)).join(" -> ")}.`,
    ...chapters,
  ].join("\n\n");
}
