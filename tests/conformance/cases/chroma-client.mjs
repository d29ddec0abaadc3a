// ChromaClient of "vecino/chromadb": where its data is, and who shares it.
import { equal, ok, rejects } from "../support/assert.mjs";
import { four, letters } from "../support/records.mjs";

let made = 0;
/** A host that no other case uses. */
const host = () => {
  made += 1;
  return `memory-${made}.example`;
};

export const cases = {
  async "in memory, clients of one address share an engine until the last is closed"({
    chromadb,
    worker,
  }) {
    const { AdminClient, ChromaClient } = chromadb;
    const address = { host: host(), port: 9000, memory: true, worker };
    const [one, two] = [new ChromaClient(address), new ChromaClient(address)];
    await one.createCollection({ name: "notes" });
    equal(await two.countCollections(), 1);
    const byUrl = new ChromaClient({ path: `http://${address.host}:9000`, memory: true, worker });
    equal(await byUrl.countCollections(), 1);
    const elsewhere = new ChromaClient({ ...address, port: 9001 });
    equal(await elsewhere.countCollections(), 0);
    const admin = new AdminClient(address);
    await admin.createDatabase({ name: "zoo", tenant: "default_tenant" });
    const zoo = new ChromaClient({ ...address, database: "zoo" });
    equal([zoo.database, await zoo.countCollections()], ["zoo", 0]);
    await Promise.all([one, byUrl, elsewhere, admin, zoo].map((client) => client.close()));
    await rejects(one.countCollections(), { code: "closed" });
    equal(await two.countCollections(), 1);
    await two.close();
    const again = new ChromaClient(address);
    equal(await again.countCollections(), 0);
    await again.close();
  },

  async "options that Chroma deprecates warn"({ chromadb, worker }) {
    const { warn } = console;
    const warnings = [];
    console.warn = (text) => warnings.push(text);
    try {
      const address = { memory: true, worker };
      new chromadb.ChromaClient({ ...address, path: `http://${host()}:9000` });
      new chromadb.ChromaClient({ ...address, host: host(), auth: { provider: "token" } });
      new chromadb.ChromaClient({ ...address, host: host() });
    } finally {
      console.warn = warn;
    }
    equal(warnings.length, 2);
    ok(warnings[0].includes('"path" is deprecated') && warnings[1].includes('"auth" is'));
  },

  async "it does what a client of chromadb does, and keeps what it was told"({ chromadb, worker }) {
    const headers = { "x-chroma-token": "secret" };
    const client = new chromadb.ChromaClient({
      host: host(),
      ssl: true,
      headers,
      fetchOptions: { cache: "no-store" },
      auth: { provider: "token" },
      memory: true,
      allowReset: true,
      worker,
    });
    equal([client.headers, client.preflightChecks], [headers, undefined]);
    equal(await client.getMaxBatchSize(), client.preflightChecks.max_batch_size);
    equal(await client._path(), { tenant: "default_tenant", database: "default_database" });
    const notes = await client.getOrCreateCollection({
      name: "notes",
      embeddingFunction: letters(),
    });
    await notes.add({ ids: four.ids, documents: four.documents });
    const hits = await notes.query({ queryTexts: ["red apple"], nResults: 1 });
    equal([hits.ids, hits.distances], [[["a"]], [[0]]]);
    await client.reset();
    equal(await client.countCollections(), 0);
    await client.close();
  },

  async "addresses that are none, and Chroma Cloud, are refused at once"({ chromadb }) {
    const { AdminCloudClient, ChromaClient, CloudClient } = chromadb;
    const thrown = async (make) => make();
    const argument = { code: "invalid_argument", name: "ChromaValueError" };
    await rejects(
      thrown(() => new ChromaClient({ path: "notes" })),
      { ...argument, says: ['"notes"', "PersistentClient"] },
    );
    await rejects(
      thrown(() => new ChromaClient({ prot: 8000 })),
      { ...argument, says: ['"prot"', '"port"'] },
    );
    await rejects(
      thrown(() => new ChromaClient({ host: 5 })),
      { ...argument, says: "host" },
    );
    for (const [name, Cloud] of Object.entries({ CloudClient, AdminCloudClient })) {
      await rejects(
        thrown(() => new Cloud({ apiKey: "key" })),
        {
          code: "unsupported",
          name: "ChromaClientError",
          says: [name, "Chroma Cloud", "npm chromadb"],
        },
      );
    }
  },
};

/** Only for clients that keep their data. */
export const persistentCases = {
  async "an address is an IndexedDB database of its own name"({ chromadb, vecino, worker }) {
    const { ChromaClient } = chromadb;
    const address = { host: host(), port: 9000, worker };
    const path = `chroma:${address.host}:9000`;
    const client = new ChromaClient(address);
    try {
      const notes = await client.createCollection({ name: "notes" });
      await notes.add(four);
      equal((await client.stats()).persistent, true);
      await client.close();
      const names = (await indexedDB.databases()).map(({ name }) => name);
      ok(
        names.some((name) => name.includes(path)),
        `expected ${path} among ${names}`,
      );
      const same = new vecino.PersistentClient({ path, worker });
      equal(await (await same.getCollection({ name: "notes" })).count(), 4);
      await same.close();
    } finally {
      await client.close();
      await vecino.PersistentClient.destroy({ path, worker });
    }
  },
};
