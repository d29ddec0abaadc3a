// Sections 9 and 10: where and whereDocument.
import { equal } from "../../conformance/support/assert.mjs";
import { matching, matchingDocument, refused, withDocuments, withMetadata } from "../support.mjs";

async function each(collection, table, ask) {
  for (const [filter, expected] of table) {
    equal(await ask(collection, filter), expected, JSON.stringify(filter));
  }
}

export const rules = {
  async "9.1 a value, $eq and $ne compare strings, numbers and booleans with their own kind"(
    world,
  ) {
    const things = await world.things(
      withMetadata({ v: 1 }, { v: "1" }, { v: true }, { v: [1] }, { w: 1 }),
    );
    await each(
      things,
      [
        [{ v: 1 }, "a"],
        [{ v: "1" }, "b"],
        [{ v: { $eq: true } }, "c"],
        [{ v: { $ne: 1 } }, "bcde"],
      ],
      matching,
    );
  },
  async "9.2 whole numbers and fractions are compared with each other"(world) {
    const things = await world.things(
      withMetadata({ v: 1 }, { v: 1.5 }, { v: 2 }, { v: "2" }, { w: 0 }),
    );
    await each(
      things,
      [
        [{ v: { $gt: 1 } }, "bc"],
        [{ v: { $gte: 1.5 } }, "bc"],
        [{ v: { $lt: 2 } }, "ab"],
        [{ v: { $lte: 1 } }, "a"],
      ],
      matching,
    );
  },
  async "9.3 $gt, $gte, $lt and $lte take numbers only"(world) {
    const things = await world.things(withMetadata({ v: "b" }, { v: true }));
    const calls = ["$gt", "$gte", "$lt", "$lte"].flatMap((operator) =>
      ["a", true].map((operand) => () => matching(things, { v: { [operator]: operand } })),
    );
    await refused("ChromaValueError", ...calls);
  },
  async "9.4 $in and $nin look for one of several values of one kind"(world) {
    const things = await world.things(withMetadata({ v: 1 }, { v: 2.5 }, { v: "1" }, { w: 1 }));
    await each(
      things,
      [
        [{ v: { $in: [1, 3] } }, "a"],
        [{ v: { $in: [2.5] } }, "b"],
        [{ v: { $nin: [1, 3] } }, "bcd"],
        [{ v: { $in: ["1", "x"] } }, "c"],
      ],
      matching,
    );
  },
  async "9.5 $contains and $not_contains look for an element of a list, never for a part of a string"(
    world,
  ) {
    const things = await world.things(
      withMetadata({ v: ["ab", "c"] }, { v: "ab" }, { v: [1, 2] }, { v: [true] }),
    );
    await each(
      things,
      [
        [{ v: { $contains: "ab" } }, "a"],
        [{ v: { $contains: "a" } }, ""],
        [{ v: { $contains: 2 } }, "c"],
        [{ v: { $contains: true } }, "d"],
        [{ v: { $not_contains: "ab" } }, "bcd"],
      ],
      matching,
    );
  },
  async "9.6 the key #document looks at the document's text"(world) {
    const things = await world.things(withDocuments("red apple", "green pear", null));
    equal(await matching(things, { "#document": { $contains: "apple" } }), "a");
    equal(await matching(things, { "#document": { $not_contains: "apple" } }), "bc");
    await refused("ChromaValueError", () =>
      matching(things, { "#document": { $eq: "red apple" } }),
    );
  },
  async "9.7 $and and $or nest"(world) {
    const things = await world.things(withMetadata({ a: 1, b: 1 }, { a: 1, b: 2 }, { a: 2, b: 1 }));
    const filter = { $or: [{ $and: [{ a: 1 }, { $or: [{ b: 2 }, { b: 3 }] }] }, { a: 2 }] };
    equal(await matching(things, filter), "bc");
  },
  async "9.8 lists, nulls and unknown operators as operands are refused"(world) {
    const things = await world.things(withMetadata({ v: 1 }));
    const bad = [
      { v: { $eq: [1] } },
      { v: { $in: [null] } },
      { v: Number.NaN },
      { $not: { v: 1 } },
      { v: null },
    ];
    await refused("ChromaValueError", ...bad.map((filter) => () => matching(things, filter)));
  },
  async "9.9 a where looks at what was written last"(world) {
    const things = await world.things(withMetadata({ v: 1 }, { v: 2 }));
    equal(await matching(things, { v: 1 }), "a");
    await things.update({ ids: ["a", "b"], metadatas: [{ v: 2 }, { v: 1 }] });
    equal(await matching(await world.again(), { v: 1 }), "b");
  },
  async "10.1 $contains finds a part of the text by its very characters"(world) {
    const things = await world.things(withDocuments("50% of a_b", "50 of ab", "Über C:\\x", ""));
    await each(
      things,
      [
        [{ $contains: "%" }, "a"],
        [{ $contains: "a_b" }, "a"],
        [{ $contains: "\\" }, "c"],
        [{ $contains: "über" }, ""],
        [{ $contains: "o" }, "ab"],
      ],
      matchingDocument,
    );
  },
  async "10.2 an empty $contains or $regex matches every record with a document"(world) {
    const things = await world.things(withDocuments("x", "", null));
    equal(await matchingDocument(things, { $contains: "" }), "ab");
    equal(await matchingDocument(things, { $regex: "" }), "ab");
  },
  async "10.3 $regex searches with Rust's syntax: inline flags, Unicode classes, lines by (?m)"(
    world,
  ) {
    const things = await world.things(withDocuments("red apple", "RED\nplum", "日本 7", null));
    await each(
      things,
      [
        [{ $regex: "^red" }, "a"],
        [{ $regex: "(?i)^red" }, "ab"],
        [{ $regex: "RED.plum" }, ""],
        [{ $regex: "(?m)^plum$" }, "b"],
        [{ $regex: "\\p{Han}+ \\d" }, "c"],
      ],
      matchingDocument,
    );
  },
  async "10.4 $not_contains and $not_regex match what is left, records without a document too"(
    world,
  ) {
    const things = await world.things(withDocuments("red", "green", null));
    equal(await matchingDocument(things, { $not_contains: "red" }), "bc");
    equal(await matchingDocument(things, { $not_regex: "^g" }), "ac");
  },
  async "10.5 a pattern with a back-reference, look-around or an error in it is a ChromaClientError"(
    world,
  ) {
    const things = await world.things(withDocuments("x"));
    const patterns = ["(", "(a)\\1", "a(?=b)"];
    await refused(
      "ChromaClientError",
      ...patterns.map(($regex) => () => things.get({ whereDocument: { $regex } })),
    );
  },
  async "10.6 $and and $or of documents nest"(world) {
    const things = await world.things(withDocuments("red apple", "red pear", "green pear"));
    const clause = {
      $and: [{ $contains: "red" }, { $or: [{ $regex: "pear$" }, { $contains: "plum" }] }],
    };
    equal(await matchingDocument(things, clause), "b");
  },
};
