// npm run test:models: the real MiniLM model in Chromium over 200 passages and all of Cranfield, which takes minutes.
// tests/models/transformers.test.mjs is the short form.
import { Failure, main } from "../../scripts/lib/fail.mjs";
import { cosine, cranfield, minilm, missing, ndcg10, passages } from "./data.mjs";
import { openModel } from "./page.mjs";

const REFERENCE = 0.4996;

await main(async () => {
  const why = missing(minilm, "docs/base.jsonl.gz", "docs/base.f16", "cranfield/docs.jsonl");
  if (why) throw new Failure(`The data is missing: ${why}. VECINO_DATA names the folder.`);
  const model = await openModel();
  try {
    const { texts, reference } = passages(200);
    const cosines = (await embedAll(model, texts)).map((row, i) => cosine(row, reference[i]));
    const mean = cosines.reduce((sum, value) => sum + value) / cosines.length;
    console.log(
      `200 passages: mean cosine ${mean.toFixed(4)}, least ${Math.min(...cosines).toFixed(4)}`,
    );
    if (mean < 0.99) throw new Failure("The mean cosine is below 0.99.");

    const collection = cranfield();
    const textsOf = (rows) => rows.map(({ document }) => document);
    const start = performance.now();
    const ofDocuments = await embedAll(model, textsOf(collection.documents));
    const each = (performance.now() - start) / ofDocuments.length;
    const ofQuestions = await embedAll(model, textsOf(collection.questions));
    const ndcg = ndcg10(collection, ofDocuments, ofQuestions);
    console.log(`Cranfield: nDCG@10 ${ndcg.toFixed(4)}; ${each.toFixed(0)} ms an abstract`);
    if (Math.abs(ndcg - REFERENCE) > 0.01) {
      throw new Failure(`nDCG@10 is further than 0.01 from ${REFERENCE}.`);
    }
  } finally {
    await model.close();
  }
});

async function embedAll(model, texts) {
  const rows = [];
  for (let start = 0; start < texts.length; start += 100) {
    rows.push(...(await model.embed(texts.slice(start, start + 100))));
    console.log(`${rows.length} of ${texts.length}`);
  }
  return rows;
}
