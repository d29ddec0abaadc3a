// Section 2: clients and what they can be asked for.
import * as assert from "../../conformance/support/assert.mjs";
import { four } from "../../conformance/support/records.mjs";
import { refused } from "../support.mjs";

const { equal, ok } = assert;

export const rules = {
  async "2.1 a client that is made asks nobody; it has a heartbeat, a version and an identity"(
    world,
  ) {
    const client = await world.midway();
    ok((await client.heartbeat()) > 1e18);
    equal(typeof (await client.version()), "string");
    equal(await client.getUserIdentity(), {
      user_id: "",
      tenant: "default_tenant",
      databases: ["default_database"],
    });
  },
  async "2.2 preflight checks name a batch size, and getMaxBatchSize the same"(world) {
    const { max_batch_size: size } = await world.client.getPreflightChecks();
    equal([size > 5000, await world.client.getMaxBatchSize()], [true, size]);
    equal(typeof (await world.client.supportsBase64Encoding()), "boolean");
  },
  async "2.3 createCollection refuses a name that exists; getCollection one that does not"(world) {
    await world.things(four);
    await refused("ChromaUniqueError", () => world.client.createCollection({ name: "things" }));
    await refused(
      "ChromaNotFoundError",
      () => world.client.getCollection({ name: "none" }),
      () => world.client.deleteCollection({ name: "none" }),
    );
  },
  async "2.4 ten getOrCreate calls at once make one collection"(world) {
    const calls = Array.from({ length: 10 }, () =>
      world.client.getOrCreateCollection({ name: "things", embeddingFunction: null }),
    );
    const ids = new Set((await Promise.all(calls)).map(({ id }) => id));
    await world.midway();
    equal([ids.size, await world.client.countCollections()], [1, 1]);
  },
  async "2.5 getCollections answers in the order asked for, nothing for nothing, and refuses what is missing"(
    world,
  ) {
    for (const name of ["ant", "bee"])
      await world.client.createCollection({ name, embeddingFunction: null });
    const client = await world.midway();
    const names = (await client.getCollections(["bee", { name: "ant" }])).map(({ name }) => name);
    equal([names, await client.getCollections([])], [["bee", "ant"], []]);
    await refused("ChromaNotFoundError", () => client.getCollections(["ant", "cat"]));
  },
  async "2.6 a collection is found by its id and by its resource name"(world) {
    const { id } = await world.things(four);
    equal((await world.client.getCollectionById(id)).name, "things");
    equal((await world.client.getCollectionByCrn("default_tenant:default_database:things")).id, id);
    await refused("ChromaNotFoundError", () =>
      world.client.getCollectionById("00000000-0000-4000-8000-000000000000"),
    );
  },
  async "2.7 a handle by id reads and writes embeddings, and has neither name nor function"(world) {
    const { id } = await world.things(four);
    const handle = world.client.collection(id);
    equal([handle.name, handle.metadata, handle.configuration], ["", undefined, {}]);
    equal(await handle.count(), 4);
    await handle.add({ ids: ["e"], embeddings: [[3, 3]] });
    await refused(
      "ChromaValueError",
      () => handle.add({ ids: ["f"], documents: ["x"] }),
      () => handle.query({ queryTexts: ["x"] }),
      () => handle.modify({ name: "new" }),
    );
  },
  async "2.8 listing takes a limit and an offset; a limit of 0 is none"(world) {
    for (const name of ["ant", "bee", "cat"])
      await world.client.createCollection({ name, embeddingFunction: null });
    const client = await world.midway();
    const names = async (options) =>
      (await client.listCollections(options)).map(({ name }) => name);
    equal(await names({ limit: 1, offset: 1 }), ["bee"]);
    equal([await names({ limit: 0 }), await client.countCollections()], [[], 3]);
  },
  async "2.9 reset deletes everything where it is allowed, else it is forbidden"(world) {
    await world.things(four);
    await refused("ChromaForbiddenError", () => world.client.reset());
    equal(await world.client.countCollections(), 1);
    const free = world.clientOf({ allowReset: true });
    await free.reset();
    equal(await free.countCollections(), 0);
  },
  async "2.10 in a database that does not exist nothing is listed and nothing can be made"(world) {
    const lost = world.clientOf({ database: "nowhere" });
    equal([await lost.listCollections(), await lost.countCollections()], [[], 0]);
    await refused("ChromaClientError", () => lost.createCollection({ name: "things" }));
  },
  async "2.11 databases are made once, read, listed by name and deleted; an unknown tenant may have some"(
    world,
  ) {
    const tenant = "default_tenant";
    await world.admin().createDatabase({ name: "zoo", tenant });
    await world.admin().createDatabase({ name: "art", tenant: "unknown-tenant" });
    await world.midway();
    const admin = world.admin();
    await refused("ChromaUniqueError", () => admin.createDatabase({ name: "zoo", tenant }));
    equal((await admin.getDatabase({ name: "zoo", tenant })).tenant, tenant);
    equal((await admin.listDatabases({ tenant, limit: 1, offset: 1 }))[0].name, "zoo");
    await admin.deleteDatabase({ name: "zoo", tenant });
    await refused("ChromaNotFoundError", () => admin.deleteDatabase({ name: "zoo", tenant }));
  },
  async "2.12 tenants have three characters or more and are made once"(world) {
    await world.admin().createTenant({ name: "acme" });
    await world.midway();
    equal(await world.admin().getTenant({ name: "acme" }), "acme");
    await refused("ChromaUniqueError", () => world.admin().createTenant({ name: "acme" }));
    await refused("ChromaClientError", () => world.admin().createTenant({ name: "ab" }));
  },
  async "2.13 count, add, update and upsert answer a number or nothing, delete how many"(world) {
    const things = await world.things(four);
    equal(await things.count({ readLevel: "index_and_wal" }), 4);
    const record = { ids: ["a"], embeddings: [[1, 1]] };
    for (const call of ["add", "update", "upsert"]) equal(await things[call](record), undefined);
    equal(await things.delete({ ids: ["a"] }), { deleted: 1 });
  },
};
