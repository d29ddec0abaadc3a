// Which embedding function is in use, and what to expect of it.

import { byId, create, show } from "../dom.js";
import { bytes, number } from "../words.js";

const paragraph = (...parts) => create("p", {}, ...parts);
const named = (name) => create("strong", {}, name);

/** The README's figures beside those of the static model's own description. */
const MINILM = [
  ["static-minilm-256", 0.337],
  ["all-MiniLM-L6-v2, as here (int8)", 0.496],
  ["all-MiniLM-L6-v2, the original", 0.5],
];

const ABOUT = { static: aboutStatic, minilm: aboutMiniLm, endpoint: aboutEndpoint };

function aboutStatic({ function: { model } }) {
  const { name, dimension, vocabulary, distilled_from: teacher, reference } = model;
  const figures = Object.entries(reference["Cranfield, graded"]);
  return [
    paragraph(
      named(name),
      ` gives each of ${number(vocabulary)} pieces of words ${dimension} numbers (${bytes(vocabulary * dimension)} in all) `,
      "and takes a text for the mean of its words. It answers at once, offline, in any browser.",
    ),
    paragraph(
      "Good for short questions in English that name their subject. It does not see the order of words or what a “not” ",
      `turns around. It was distilled from ${teacher} and is weaker than it:`,
    ),
    table(
      ["nDCG@10", "recall@100"],
      figures.map(([key, row]) => [key, row["ndcg@10"], row["recall@100"]]),
    ),
    create("p", { className: "hint" }, "License: Apache-2.0, as its teacher’s."),
  ];
}

function aboutMiniLm({ name }) {
  return [
    paragraph(
      named(name),
      " reads a text as a whole, with the order of its words, and gives it 384 numbers. It runs in a worker of this page: ",
      "about a tenth of a second for a passage, so the first filling takes minutes.",
    ),
    paragraph("Good for questions in English that are put in other words than their answer."),
    table(["nDCG@10"], MINILM),
    create("p", { className: "hint" }, "License: Apache-2.0."),
  ];
}

function aboutEndpoint({ name, place }) {
  return [
    paragraph(
      named(name),
      ` runs at ${place}. Every passage that is added and every question is sent there, and may be charged for.`,
    ),
    paragraph(
      "How well it finds was not measured here. The table that comes with the page reaches 0.337 nDCG@10 on Cranfield, ",
      "all-MiniLM-L6-v2 in the page 0.496.",
    ),
    create(
      "p",
      { className: "hint" },
      "A key is held in memory until you leave or reload the page, and is sent to this service alone.",
    ),
  ];
}

function table(columns, rows) {
  const head = (text) => create("th", { scope: "col" }, text);
  const row = ([name, ...values]) =>
    create(
      "tr",
      {},
      create("th", { scope: "row" }, name),
      ...values.map((value) => create("td", {}, value.toFixed(3))),
    );
  return create(
    "table",
    {},
    create("caption", {}, "Cranfield, 225 questions"),
    create("thead", {}, create("tr", {}, head("Model"), ...columns.map(head))),
    create("tbody", {}, ...rows.map(row)),
  );
}

/** Says it beside the question, and at length at the page's foot. */
export function drawEmbedding(embedding) {
  const { kind, name, place } = embedding;
  const where = place === "" ? "in this page." : `at ${place}.`;
  byId("in-use-text").replaceChildren("Embedded by ", named(name), ` ${where}`);
  byId("promise").textContent =
    place === ""
      ? "The database, the model and your question stay in this page."
      : `The database stays in this page; passages and questions are sent to ${place} to be embedded.`;
  byId("own-note").textContent =
    `These are kept with the passages that ${name} embedded; another embedding function has its own.`;
  byId("model-about").replaceChildren(...ABOUT[kind](embedding));
  show(byId("in-use"), true);
  show(byId("model"), true);
}
