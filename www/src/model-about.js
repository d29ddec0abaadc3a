// Which model is in use, and what to expect of it.

import { byId, create, show } from "./dom.js";
import { bytes, number } from "./words.js";

/** @param {object} model model.json */
export function drawModel(model) {
  const { name, dimension, vocabulary, distilled_from: teacher, reference } = model;
  const figures = reference["Cranfield, graded"];
  const rows = Object.entries(figures).map(([key, row]) =>
    create(
      "tr",
      {},
      create("th", { scope: "row" }, key),
      create("td", {}, row["ndcg@10"].toFixed(3)),
      create("td", {}, row["recall@100"].toFixed(3)),
    ),
  );
  byId("model-about").replaceChildren(
    create(
      "p",
      {},
      create("strong", {}, name),
      ` gives each of ${number(vocabulary)} pieces of words ${dimension} numbers (${bytes(vocabulary * dimension)} in all) `,
      "and takes a text for the mean of its words. It answers at once, offline, in any browser.",
    ),
    create(
      "p",
      {},
      "Good for short questions in English that name their subject. It does not see the order of words or what a “not” ",
      `turns around. It was distilled from ${teacher} and is weaker than it:`,
    ),
    create(
      "table",
      {},
      create("caption", {}, "Cranfield, 225 questions"),
      create(
        "thead",
        {},
        create(
          "tr",
          {},
          create("th", { scope: "col" }, "Model"),
          create("th", { scope: "col" }, "nDCG@10"),
          create("th", { scope: "col" }, "recall@100"),
        ),
      ),
      create("tbody", {}, ...rows),
    ),
    create("p", { className: "hint" }, "License: Apache-2.0, as its teacher’s."),
  );
  show(byId("model"), true);
}
