import { errorOf } from "../../errors.js";
import type { FunctionSettings } from "../function.js";
import type { ServiceOptions } from "../service/options.js";
import type { Service } from "../service/service.js";
import { optionsFromConfig, ServiceEmbeddingFunction } from "../service/service-function.js";

export interface CloudflareWorkerAIOptions extends ServiceOptions {
  /** Needed unless `baseUrl` names a proxy. */
  accountId?: string | undefined;
  /** For example "@cf/baai/bge-base-en-v1.5". */
  model?: string | undefined;
  /** Goes through that gateway of the account. */
  gatewayId?: string | undefined;
  /** How bge models make one embedding of many. Default of the service "mean"; the two are not compatible. */
  pooling?: "mean" | "cls" | undefined;
}

const API = "https://api.cloudflare.com/client/v4/accounts";
const GATEWAY = "https://gateway.ai.cloudflare.com/v1";

// Cloudflare's documentation, "Workers AI: bge-base-en-v1.5", JSON schema: at most 100 texts.
const CLOUDFLARE: Service<CloudflareWorkerAIOptions> = {
  name: "cloudflare-worker-ai",
  className: "CloudflareWorkerAIEmbeddingFunction",
  baseUrl: API,
  apiKeyEnvVar: "CLOUDFLARE_API_KEY",
  maxTexts: 100,
  own: { accountId: "account_id", gatewayId: "gateway_id", pooling: "pooling" },
  identity: ["pooling"],
  url: ({ baseUrl, accountId, gatewayId, model }) => {
    if (baseUrl !== API) return `${baseUrl}/${model}`;
    return gatewayId
      ? `${GATEWAY}/${accountId}/${gatewayId}/workers-ai/${model}`
      : `${API}/${accountId}/ai/run/${model}`;
  },
  body: (text, { pooling }) => ({ text, pooling }),
  rows: ({ result }) => result.data,
  form: "{ result: { data: [[number]] } }",
};

/** Models of Cloudflare's Workers AI. With a `baseUrl` of one's own, the model's name is what follows it. */
export class CloudflareWorkerAIEmbeddingFunction extends ServiceEmbeddingFunction<CloudflareWorkerAIOptions> {
  constructor(options: CloudflareWorkerAIOptions) {
    super(CLOUDFLARE, options);
    if (options.accountId || options.baseUrl) return;
    throw errorOf("invalid_argument", `${CLOUDFLARE.className}: accountId is needed.`);
  }

  static buildFromConfig(
    config: FunctionSettings,
    secrets?: unknown,
  ): CloudflareWorkerAIEmbeddingFunction {
    return new CloudflareWorkerAIEmbeddingFunction(optionsFromConfig(CLOUDFLARE, config, secrets));
  }
}
