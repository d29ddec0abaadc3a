// Recall against queries per second, as SVG: up and to the right is better.

const WIDTH = 760;
const HEIGHT = 480;
const LEFT = 70;
const RIGHT = 190;
const TOP = 40;
const BOTTOM = 50;
const COLORS = [
  "#0b6e4f",
  "#5aae61",
  "#1f78b4",
  "#a6cee3",
  "#e31a1c",
  "#000000",
  "#ff7f00",
  "#6a3d9a",
  "#b15928",
  "#777777",
];
/** The recall at the left edge; what is below is not drawn. */
const LEAST = 0.85;

/** `entries` of one size, as lib/contest.mjs makes them. */
export function picture({ entries, records, dimension, k }) {
  const shown = entries.filter(({ recall }) => recall >= LEAST);
  const speeds = shown.map(({ qps }) => Math.log10(qps));
  const [least, most] = [Math.floor(Math.min(...speeds)), Math.ceil(Math.max(...speeds))];
  const x = (recall) => LEFT + ((recall - LEAST) / (1 - LEAST)) * (WIDTH - LEFT - RIGHT);
  const y = (logarithm) =>
    HEIGHT - BOTTOM - ((logarithm - least) / (most - least)) * (HEIGHT - TOP - BOTTOM);
  const names = [...new Set(entries.map(({ name }) => name))];
  const parts = [
    text(
      WIDTH / 2 - 60,
      22,
      `recall@${k} and queries per second, ${records} x ${dimension}`,
      "middle",
      15,
    ),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, `recall@${k}`, "middle"),
    text(12, 30, "queries/s", "start"),
  ];
  for (let recall = LEAST; recall < 1.001; recall += 0.025) {
    parts.push(line(x(recall), TOP, x(recall), HEIGHT - BOTTOM));
    parts.push(text(x(recall), HEIGHT - BOTTOM + 18, recall.toFixed(3), "middle"));
  }
  for (let power = least; power <= most; power += 1) {
    parts.push(line(LEFT, y(power), WIDTH - RIGHT, y(power)));
    parts.push(text(LEFT - 8, y(power) + 4, (10 ** power).toLocaleString("en"), "end"));
  }
  for (const [at, name] of names.entries()) {
    const color = COLORS[at % COLORS.length];
    const points = shown
      .filter((entry) => entry.name === name)
      .sort((a, b) => (a.ef ?? 0) - (b.ef ?? 0))
      .map(({ recall, qps }) => [x(recall).toFixed(1), y(Math.log10(qps)).toFixed(1)]);
    const path = points.map((point) => point.join(",")).join(" ");
    parts.push(`<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>`);
    for (const [cx, cy] of points) {
      parts.push(`<circle cx="${cx}" cy="${cy}" r="3.5" fill="${color}"/>`);
    }
    const top = TOP + 10 + at * 20;
    parts.push(`<circle cx="${WIDTH - RIGHT + 14}" cy="${top - 4}" r="4" fill="${color}"/>`);
    parts.push(text(WIDTH - RIGHT + 24, top, name, "start"));
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

const line = (x1, y1, x2, y2) =>
  `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="#dddddd"/>`;

const text = (x, y, words, anchor, size = 12) =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" font-size="${size}">${words}</text>`;
