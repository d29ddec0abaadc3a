// Reading a part: filters on metadata and its lists, on documents, pages and columns.
import { ChromaClient } from "chromadb";

const books = [
  [
    "b1",
    "The whale swims far from the shore",
    { year: 1851, tags: ["sea", "classic"], rating: 4.5 },
  ],
  ["b2", "A lighthouse and the sea", { year: 1927, tags: ["sea", "family"], rating: 4.25 }],
  ["b3", "Sand, spice and worms", { year: 1965, tags: ["desert", "future"], sequel: true }],
  ["b4", "The sea is a desert under water", { year: 1999, tags: ["sea", "future"], sequel: false }],
  ["b5", "Cooking with salt", { year: 2017, pages: [469, 480], rating: 4.75 }],
  ["b6", "No text on the sea at all", { tags: ["essay"] }],
];

export async function main(print, { address }) {
  const client = new ChromaClient(address);
  const collection = await client.createCollection({ name: "books", embeddingFunction: null });
  await collection.add({
    ids: books.map(([id]) => id),
    documents: books.map(([, document]) => document),
    metadatas: books.map(([, , metadata]) => metadata),
    embeddings: books.map((_, index) => [index, index % 2]),
  });
  const wheres = [
    { year: 1965 },
    { year: { $gte: 1927, $lt: 1999 } },
    { $and: [{ year: { $gte: 1927 } }, { year: { $lt: 1999 } }] },
    { $or: [{ sequel: true }, { rating: { $gt: 4.3 } }] },
    { year: { $in: [1851, 2017] } },
    { year: { $nin: [1851, 2017] } },
    { sequel: { $ne: true } },
    { tags: { $contains: "sea" } },
    { tags: { $not_contains: "sea" } },
    { pages: { $contains: 469 } },
    { $and: [{ tags: { $contains: "future" } }, { $or: [{ sequel: false }, { year: 1851 }] }] },
  ];
  for (const where of wheres) {
    const found = await collection.get({ where, include: [] }).catch((error) => error);
    print(JSON.stringify(where), found.ids ?? found.name);
  }
  const whereDocuments = [
    { $contains: "sea" },
    { $contains: "Sea" },
    { $not_contains: "sea" },
    { $regex: "^The .*(shore|water)$" },
    { $not_regex: "[Ss]a" },
    { $and: [{ $contains: "sea" }, { $not_contains: "desert" }] },
    { $or: [{ $contains: "worms" }, { $contains: "salt" }] },
  ];
  for (const whereDocument of whereDocuments) {
    print(
      JSON.stringify(whereDocument),
      (await collection.get({ whereDocument, include: [] })).ids,
    );
  }
  const page = await collection.get({ limit: 2, offset: 1, include: ["metadatas"] });
  print(
    "page",
    page.ids,
    page.metadatas.map(({ year }) => year),
    page.documents,
  );
  print("list", page.metadatas[0].tags);
  const nearest = await collection.query({
    queryEmbeddings: [[4, 0]],
    nResults: 3,
    where: { tags: { $contains: "sea" } },
    whereDocument: { $contains: "the" },
  });
  print("nearest", nearest.ids, nearest.distances);
  const among = await collection.query({ queryEmbeddings: [[0, 0]], ids: ["b5", "b3"] });
  print("among", among.ids, among.distances);
  await client.deleteCollection({ name: "books" });
}
