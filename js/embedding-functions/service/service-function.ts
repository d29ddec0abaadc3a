/** What all embedding functions have in common that ask a service: the services themselves are data. */
import { checkOptions } from "../../arguments.js";
import type { Space } from "../../configuration-types.js";
import { errorOf } from "../../errors.js";
import type { FunctionSettings } from "../function.js";
import { redacted } from "./answer.js";
import { batchesOf } from "./batches.js";
import { concurrently } from "./concurrently.js";
import {
  environment,
  type ServiceConfig,
  type ServiceOptions,
  type ServiceSecrets,
  STORED_NAMES,
} from "./options.js";
import { send } from "./request.js";
import { persist } from "./retry.js";
import type { Role, Service, Settings } from "./service.js";

type Values = Record<string, unknown>;

const SECRETS = ["apiKey", "headers", "fetch"];
const BATCH_SIZE = 128;
const CONCURRENCY = 4;
const RETRIES = 5;
const RETRY_DELAY = 500;
const TIMEOUT = 60_000;

export class ServiceEmbeddingFunction<O extends ServiceOptions = ServiceOptions> {
  readonly name: string;
  // Private in earnest, so that neither logging nor serializing the object shows a key.
  readonly #service: Service<O>;
  readonly #settings: Settings<O>;
  readonly #apiKey: string | undefined;
  readonly #apiKeyEnvVar: string | undefined;

  constructor(service: Service<O>, options: O) {
    this.name = service.name;
    this.#service = service;
    const given = withoutAliases(service, options);
    const baseUrl = String(given.baseUrl ?? service.baseUrl ?? "");
    if (!/^https?:\/\//.test(baseUrl)) {
      const name = aliasOf(service, "baseUrl");
      throw invalid(service, `${name} must begin with http:// or https://, got "${baseUrl}"`);
    }
    const model = given.model ?? service.model;
    if (typeof model !== "string" || (model === "" && service.model !== "")) {
      throw invalid(service, 'model must be named, for example "text-embedding-3-small"');
    }
    this.#apiKeyEnvVar = given.apiKeyEnvVar ?? service.apiKeyEnvVar;
    // A key of the environment goes to another service only when the caller names its variable.
    const named = given.baseUrl === undefined || given.apiKeyEnvVar !== undefined;
    this.#apiKey = given.apiKey || (named ? environment(this.#apiKeyEnvVar) : undefined);
    const needed = service.apiKeyEnvVar !== undefined && given.baseUrl === undefined;
    if (needed && !this.#apiKey && !given.fetch && !given.headers) {
      throw invalid(
        service,
        `apiKey is needed for the service at ${baseUrl}, and the environment has no ${this.#apiKeyEnvVar}`,
      );
    }
    for (const name of ["dimensions", "batchSize", "concurrency", "timeout"] as const) {
      checkNumber(service, name, given[name], 1);
    }
    checkNumber(service, "retries", given.retries, 0);
    checkNumber(service, "retryDelay", given.retryDelay, 0);
    if ((given.batchSize ?? 0) > service.maxTexts) {
      throw invalid(
        service,
        `batchSize is ${given.batchSize}, but the service takes at most ${service.maxTexts} texts per request`,
      );
    }
    this.#settings = { ...given, baseUrl: baseUrl.replace(/\/+$/, ""), model };
  }

  /** One embedding per text, in the order of the texts. */
  async generate(
    texts: string[],
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<number[][]> {
    return this.#embed(texts, "document", options.signal);
  }

  /** The same for texts of a question: many models are told which of both they get. */
  async generateForQueries(
    texts: string[],
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<number[][]> {
    return this.#embed(texts, "query", options.signal);
  }

  defaultSpace(): Space {
    return "cosine";
  }

  supportedSpaces(): Space[] {
    return ["cosine", "l2", "ip"];
  }

  /** What is stored with a collection: the settings under Chroma's names for them, without key and headers. */
  getConfig(): ServiceConfig & FunctionSettings {
    const values: Values = {
      ...(this.#settings as ServiceOptions),
      apiKeyEnvVar: this.#apiKey ? this.#apiKeyEnvVar : undefined,
      model: this.#settings.model || undefined,
    };
    const named = Object.entries(storedNames(this.#service));
    const config = named.map(([option, name]) => [name, values[option]] as const);
    return Object.fromEntries(config.filter(([, value]) => value !== undefined));
  }

  /** Another model's embeddings cannot be compared with those that a collection holds. */
  validateConfigUpdate(config: FunctionSettings): void {
    const names = storedNames(this.#service);
    const [now, next] = [this.getConfig(), config].map((settings) => {
      const value = (option: string) => settings[names[option] as string];
      const others = ["documentPrefix", ...(this.#service.identity ?? [])]
        .filter((option) => value(option) !== undefined)
        .map((option) => `, ${names[option]}: ${JSON.stringify(value(option))}`);
      const dimensions = value("dimensions") ?? "the model's own";
      return `${value("model") ?? "a model without a name"} (dimensions: ${dimensions}${others.join("")})`;
    });
    if (now === next) return;
    throw invalid(
      this.#service,
      `the collection's embeddings are of ${now}, so ${next} cannot take over`,
    );
  }

  toJSON(): object {
    return { name: this.name, ...this.getConfig() };
  }

  async #embed(texts: string[], role: Role, signal: AbortSignal | undefined): Promise<number[][]> {
    const { batchSize, concurrency, documentPrefix, queryPrefix } = this.#settings;
    const service = this.#service;
    const prefix = (role === "query" ? queryPrefix : documentPrefix) ?? "";
    const prefixed = prefix ? texts.map((text) => prefix + text) : texts;
    const size = batchSize ?? service.batchSize ?? Math.min(service.maxTexts, BATCH_SIZE);
    const embeddings = new Array<number[]>(texts.length);
    await concurrently(
      batchesOf(prefixed, size, service.maxTokens),
      concurrency ?? service.concurrency ?? CONCURRENCY,
      signal,
      async (batch, stop) => {
        const rows = await this.#request(batch.texts, batch.start, role, stop);
        rows.forEach((row, index) => {
          embeddings[batch.start + index] = row;
        });
      },
    );
    return embeddings;
  }

  /** The embeddings of one request's texts, or of two when the service finds it too large. `start` is the first text's place. */
  async #request(
    texts: string[],
    start: number,
    role: Role,
    signal: AbortSignal,
  ): Promise<number[][]> {
    const service = this.#service;
    const settings = this.#settings;
    const request = {
      url: service.url(settings),
      headers: this.#headers(),
      body: service.body(texts, settings, role),
      rows: service.rows,
      form: service.form,
      count: texts.length,
      dimensions: settings.dimensions,
      timeout: settings.timeout ?? TIMEOUT,
      fetch: settings.fetch,
    };
    const { retries = RETRIES, retryDelay = RETRY_DELAY } = settings;
    const outcome = await persist(() => send(request, signal), retries, retryDelay, signal);
    if ("answer" in outcome) {
      return service.normalize?.(settings) ? outcome.answer.map(normalized) : outcome.answer;
    }
    const { error, smaller } = outcome;
    if (smaller && texts.length > 1) {
      const half = Math.ceil(texts.length / 2);
      const first = await this.#request(texts.slice(0, half), start, role, signal);
      return [...first, ...(await this.#request(texts.slice(half), start + half, role, signal))];
    }
    const which = smaller ? ` It is about text ${start} of the call.` : "";
    throw redacted(errorOf(error.code, error.message + which), this.#secrets());
  }

  /** What no message may show: the key, and what headers of the caller's carry one. */
  #secrets(): string[] {
    const headers = Object.entries(this.#settings.headers ?? {});
    const carriers = headers.filter(([name]) => /auth|key|token|secret|cookie/i.test(name));
    // "Bearer sk-...": the service may quote the last word alone.
    const secrets = carriers.map(([, value]) => value.split(" ").at(-1));
    return [this.#apiKey, ...secrets].filter((secret): secret is string => Boolean(secret));
  }

  #headers(): Record<string, string> {
    const bearer = (key: string) => ({ Authorization: `Bearer ${key}` });
    const authorization = this.#apiKey && (this.#service.authorization ?? bearer)(this.#apiKey);
    return { "Content-Type": "application/json", ...authorization, ...this.#settings.headers };
  }
}

/**
 * The options of stored settings. These hold no key: it comes from `secrets`, or in Node from the environment variable
 * that they name.
 */
export function optionsFromConfig<O extends ServiceOptions>(
  service: Service<O>,
  config: FunctionSettings,
  secrets: unknown,
): O {
  // The registry hands over the client that asks, whose headers are none of ours.
  const { apiKey, headers, fetch } = (
    Object(secrets).heartbeat ? {} : Object(secrets)
  ) as ServiceSecrets;
  const named = Object.entries(storedNames(service));
  const stored = Object.fromEntries(named.map(([option, name]) => [option, config[name]])) as O;
  const { apiKeyEnvVar, model, baseUrl } = stored;
  const key = apiKey || environment(apiKeyEnvVar);
  if (apiKeyEnvVar && !key) {
    throw invalid(
      service,
      `its key is not stored, and there is no ${apiKeyEnvVar} in the environment: pass ` +
        `embeddingFunction: new ${service.className}({ apiKey, ... }) with ` +
        `model ${JSON.stringify(model)} and ${aliasOf(service, "baseUrl")} ${JSON.stringify(baseUrl ?? service.baseUrl)}`,
    );
  }
  return { ...stored, apiKey: key, headers, fetch };
}

function storedNames({ own, stored }: Pick<Service, "own" | "stored">): Record<string, string> {
  return { ...STORED_NAMES, ...own, ...stored };
}

/** The checked options, each under its own name. */
function withoutAliases<O extends ServiceOptions>(service: Service<O>, options: O): O {
  const aliases: Record<string, string> = { modelName: "model", ...service.aliases };
  const known = [...Object.keys(storedNames(service)), ...SECRETS, ...Object.keys(aliases)];
  checkOptions(service.className, options, known);
  const given: Values = {};
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && value !== null) given[aliases[name] ?? name] = value;
  }
  return given as O;
}

/** What the service calls an option. */
function aliasOf({ aliases = {} }: Pick<Service, "aliases">, option: string): string {
  return Object.keys(aliases).find((alias) => aliases[alias] === option) ?? option;
}

function normalized(row: number[]): number[] {
  const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? row : row.map((value) => value / length);
}

function checkNumber(
  service: Pick<Service, "className">,
  name: string,
  value: number | undefined,
  least: number,
): void {
  if (value === undefined || (Number.isInteger(value) && value >= least)) return;
  throw invalid(service, `${name} must be a whole number of at least ${least}, got ${value}`);
}

function invalid({ className }: Pick<Service, "className">, message: string): Error {
  return errorOf("invalid_argument", `${className}: ${message}.`);
}
