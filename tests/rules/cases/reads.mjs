// Sections 3 and 8: what answers look like, and get.
import { equal, ok } from "../../conformance/support/assert.mjs";
import { four } from "../../conformance/support/records.mjs";
import { refused, withMetadata } from "../support.mjs";

const all = ["documents", "metadatas", "embeddings", "uris"];

export const rules = {
  async "3.1 get answers in columns; what is not included is an empty list"(world) {
    const got = await (await world.things(four)).get();
    ok(got instanceof world.chromadb.GetResult);
    equal(got.include, ["documents", "metadatas"]);
    equal([got.documents, got.metadatas], [four.documents, four.metadatas]);
    equal([got.embeddings, got.uris], [[], []]);
  },
  async "3.2 a query answers one level deeper; without a match, with one empty list a query"(
    world,
  ) {
    const things = await world.things(four);
    const hits = await things.query({
      queryEmbeddings: [
        [1, 0],
        [0, 1],
      ],
      where: { none: 1 },
    });
    ok(hits instanceof world.chromadb.QueryResult);
    equal(
      [hits.ids, hits.distances, hits.documents],
      [
        [[], []],
        [[], []],
        [[], []],
      ],
    );
    equal([hits.embeddings, hits.uris], [[], []]);
    const bare = await things.query({ queryEmbeddings: [[1, 0]], include: [], nResults: 1 });
    equal([bare.ids, bare.distances], [[["a"]], []]);
  },
  async "3.3 rows holds a record each; what is not included is undefined"(world) {
    const things = await world.things(four);
    const [row] = (await things.get({ include: ["uris"] })).rows();
    equal([row.id, row.uri, row.document, row.metadata], ["a", "x://a", undefined, undefined]);
    const [[near]] = (await things.query({ queryEmbeddings: [[1, 0]] })).rows();
    equal([near.id, near.distance, near.document], ["a", 0, "red apple"]);
    equal(JSON.parse(JSON.stringify(near)).uri, undefined);
  },
  async "3.4 include is echoed as it came; get has no distances"(world) {
    const things = await world.things(four);
    const include = ["uris", "documents", "uris"];
    equal((await things.get({ include })).include, include);
    await refused(
      "ChromaValueError",
      () => things.get({ include: ["distances"] }),
      () => things.get({ include: ["colors"] }),
    );
  },
  async "3.5 what a record lacks is null"(world) {
    const things = await world.things({ ids: ["a"], embeddings: [[1, 2]] });
    const { documents, metadatas, uris } = await things.get({ include: all });
    equal([documents, metadatas, uris], [[null], [null], [null]]);
  },
  async "3.6 a search result has a list per search, and rows without what is not there"(world) {
    const result = await (await world.things(four)).search({ limit: 1, select: ["#document"] });
    ok(result instanceof world.chromadb.SearchResult);
    equal(result.rows(), [[{ id: "a", document: "red apple" }]]);
  },
  async "8.1 ids, where and whereDocument must all match"(world) {
    const things = await world.things(four);
    const got = await things.get({
      ids: ["a", "b", "d"],
      where: { kind: "fruit" },
      whereDocument: { $contains: "red" },
    });
    equal(got.ids, ["a"]);
  },
  async "8.2 the offset is skipped first, then the limit cuts"(world) {
    const things = await world.things(four);
    equal((await things.get({ offset: 1, limit: 2 })).ids, ["b", "c"]);
    equal((await things.get({ where: { kind: "fruit" }, offset: 1 })).ids, ["b", "c"]);
    equal((await things.get({ offset: 9 })).ids, []);
  },
  async "8.3 a limit of 0 is none, of null all; other numbers are refused"(world) {
    const things = await world.things(four);
    equal((await things.get({ limit: 0 })).ids, []);
    equal((await things.get({ limit: null })).ids, four.ids);
    const bad = [-1, 1.5, "2"].map((limit) => () => things.get({ limit }));
    await refused("ChromaValueError", ...bad);
  },
  async "8.4 an empty list of ids is refused; unknown ids match nothing"(world) {
    const things = await world.things(withMetadata({ n: 1 }));
    await refused("ChromaValueError", () => things.get({ ids: [] }));
    equal((await things.get({ ids: ["zz"] })).ids, []);
  },
};
