/** Encryption keys that customers of Chroma Cloud manage. A schema can carry one; nothing is encrypted here. */
import { errorOf } from "../errors.js";

export enum CmekProvider {
  GCP = "gcp",
}

/** The name of a key at a cloud provider. */
export class Cmek {
  private constructor(
    readonly provider: CmekProvider,
    readonly resource: string,
  ) {}

  /** `resource` is projects/{project}/locations/{location}/keyRings/{ring}/cryptoKeys/{key}. */
  static gcp(resource: string): Cmek {
    return new Cmek(CmekProvider.GCP, resource);
  }

  /** Whether the name has the provider's form; not whether there is such a key. */
  validatePattern(): boolean {
    return /^projects\/.+\/locations\/.+\/keyRings\/.+\/cryptoKeys\/.+$/.test(this.resource);
  }

  toJSON(): Record<string, unknown> {
    return { [this.provider]: this.resource };
  }

  static fromJSON(data: Record<string, unknown>): Cmek {
    const { gcp } = data;
    if (typeof gcp === "string") return Cmek.gcp(gcp);
    throw errorOf(
      "invalid_argument",
      `Cmek.fromJSON(): expected { gcp: "projects/..." }, got keys ${Object.keys(data).join(", ") || "none"}.`,
    );
  }
}
