import { equal, ok, rejects } from "../support/assert.mjs";
import { collectionOf, four } from "../support/records.mjs";

const tenant = "default_tenant";

/** An admin client on the same database as `client`: by path, or by the client, where it is in memory. */
const adminOf = ({ vecino, client }) => new vecino.AdminClient({ client });

export const cases = {
  async "databases are made, read, listed by name and removed"(context) {
    const admin = adminOf(context);
    equal(await admin.createDatabase({ name: "zoo", tenant }), undefined);
    await admin.createDatabase({ name: "art", tenant });
    const { id, ...zoo } = await admin.getDatabase({ name: "zoo", tenant });
    equal([typeof id, zoo], ["string", { name: "zoo", tenant }]);
    const names = async (options) =>
      (await admin.listDatabases({ tenant, ...options })).map(({ name }) => name);
    equal(await names(), ["art", "default_database", "zoo"]);
    equal(await names({ limit: 1, offset: 1 }), ["default_database"]);
    equal(await names({ limit: 0 }), []);
    equal(await admin.deleteDatabase({ name: "zoo", tenant }), undefined);
    equal(await names(), ["art", "default_database"]);
  },

  async "tenants are made and read"(context) {
    const admin = adminOf(context);
    equal(await admin.getTenant({ name: tenant }), tenant);
    equal(await admin.createTenant({ name: "acme" }), undefined);
    equal(await admin.getTenant({ name: "acme" }), "acme");
    await admin.createDatabase({ name: "zoo", tenant: "acme" });
    const listed = await admin.listDatabases({ tenant: "acme" });
    equal(
      listed.map(({ name, tenant }) => [name, tenant]),
      [
        ["default_database", "acme"],
        ["zoo", "acme"],
      ],
    );
  },

  async "what exists, what does not and what may not be is named"(context) {
    const admin = adminOf(context);
    await admin.createDatabase({ name: "zoo", tenant });
    await admin.createTenant({ name: "acme" });
    const missing = { code: "not_found", name: "ChromaNotFoundError" };
    const taken = { code: "already_exists", name: "ChromaUniqueError" };
    const wrong = { code: "invalid_argument", name: "ChromaValueError" };
    const misnamed = { code: "invalid_name", name: "ChromaClientError" };
    for (const [call, expected, ...says] of [
      [() => admin.createDatabase({ name: "zoo", tenant }), taken, "zoo"],
      [() => admin.createTenant({ name: "acme" }), taken, "acme"],
      [() => admin.getDatabase({ name: "none", tenant }), missing, "none"],
      [() => admin.getDatabase({ name: "zoo", tenant: "acme" }), missing, "zoo"],
      [() => admin.deleteDatabase({ name: "none", tenant }), missing, "none"],
      [() => admin.getTenant({ name: "nobody" }), missing, "nobody"],
      [() => admin.createDatabase({ name: "a b", tenant }), misnamed, "a b"],
      [() => admin.createTenant({ name: "ab" }), misnamed, "ab"],
      [() => admin.createDatabase({ name: "good" }), wrong, "tenant must be a string"],
      [() => admin.createDatabase({ nam: "x", tenant }), wrong, '"nam"', 'mean "name"'],
      [() => admin.listDatabases({ tenant, limit: -1 }), wrong, "limit", "-1"],
      [() => admin.getTenant({}), wrong, "name must be a string"],
    ]) {
      await rejects(call(), { ...expected, says });
    }
  },

  async "collections of two databases know nothing of each other"(context) {
    const { client, persistent, fresh } = context;
    await adminOf(context).createDatabase({ name: "zoo", tenant });
    await collectionOf(client);
    // In memory two clients share an engine only when told to.
    const zoo = fresh({ database: "zoo", ...(persistent ? {} : { client }) });
    equal([await zoo.countCollections(), await zoo.listCollections()], [0, []]);
    const made = await zoo.createCollection({ name: "things" });
    equal([made.tenant, made.database], [tenant, "zoo"]);
    await made.add({ ids: ["x"], embeddings: [[1, 2, 3]] });
    equal([await made.count(), await zoo.countCollections()], [1, 1]);
    equal(await (await client.getCollection({ name: "things" })).count(), four.ids.length);
    const found = await client.getCollectionByCrn("default_tenant:zoo:things");
    equal([found.id, found.database], [made.id, "zoo"]);
    await adminOf(context).deleteDatabase({ name: "zoo", tenant });
    await rejects(made.count(), { code: "not_found", name: "ChromaNotFoundError" });
    equal(await client.countCollections(), 1);
  },

  async "a client of a database that does not exist finds nothing and can make nothing"({ fresh }) {
    const lost = fresh({ database: "nowhere" });
    equal([await lost.listCollections(), await lost.countCollections()], [[], 0]);
    const error = await lost.createCollection({ name: "things" }).catch((caught) => caught);
    equal(error.name, "ChromaClientError");
    ok(error.message.includes("nowhere"), error.message);
  },
};

/** Only for clients that keep their data. */
export const persistentCases = {
  async "databases, tenants and what is in them survive"({ client, chromadb, fresh }) {
    const admin = new chromadb.AdminClient({ client });
    await admin.createTenant({ name: "acme" });
    await admin.createDatabase({ name: "zoo", tenant: "acme" });
    await collectionOf(client);
    await client.close();
    const zoo = fresh({ tenant: "acme", database: "zoo" });
    await collectionOf(zoo, { ids: ["x"], embeddings: [[1, 2, 3]] });
    await zoo.close();
    const again = fresh({ tenant: "acme", database: "zoo" });
    equal(await (await again.getCollection({ name: "things" })).count(), 1);
    const names = (
      await new chromadb.AdminClient({ client: again }).listDatabases({ tenant: "acme" })
    ).map(({ name }) => name);
    equal(names, ["default_database", "zoo"]);
    equal(await (await fresh().getCollection({ name: "things" })).count(), 4);
  },

  async "an admin client finds the database by its path as well"({
    client,
    chromadb,
    vecino,
    path,
    worker,
  }) {
    const admin = new chromadb.AdminClient({ path, worker });
    await admin.createDatabase({ name: "zoo", tenant });
    const shared = new vecino.AdminClient({ client });
    equal((await shared.getDatabase({ name: "zoo", tenant })).name, "zoo");
    await shared.close();
    await admin.close();
    await rejects(admin.getTenant({ name: tenant }), { code: "closed" });
    equal(await client.countCollections(), 0);
  },
};
