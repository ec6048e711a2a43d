import { type DeploymentPlan, planRollback } from "./deployment.ts";
import {
  currentKey,
  type EnvironmentDocument,
  generationKey,
  parseDocument,
  revised,
  revisionKey,
} from "./document.ts";
import type { KvStore } from "./kv-store.ts";

/** Why a deployment cannot be made, in words for whoever asked for it. */
export class DeploymentError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "DeploymentError";
  }
}

/**
 * What is deployed to one environment, and what was before. A deployment is staged first, so that it can be tried
 * before anybody is served by it, and then made the deployed state by writing a single document.
 *
 * Everything rejects with {@link DeploymentError}, and with what its KV namespace throws.
 */
export class DeploymentStore {
  readonly #kv: KvStore;
  readonly environment: string;

  constructor(kv: KvStore, environment: string) {
    this.#kv = kv;
    this.environment = environment;
  }

  /** The deployed state; null when nothing is deployed. */
  async current(): Promise<EnvironmentDocument | null> {
    const [text] = await this.#kv.getTexts([currentKey(this.environment)]);
    return text ? this.#parse(text) : null;
  }

  /** The numbers of all generations, in ascending order. */
  async generations(): Promise<number[]> {
    const prefix = generationKey(this.environment, 0).slice(0, -1);
    const keys = await this.#kv.list(prefix);
    return keys.map((key) => Number(key.slice(prefix.length))).sort((a, b) => a - b);
  }

  /** A generation whose revisions are all there. Rejects when it is not. */
  async generation(number: number): Promise<EnvironmentDocument> {
    const [text] = await this.#kv.getTexts([generationKey(this.environment, number)]);
    if (!text) throw new DeploymentError(`There is no generation ${number} of ${this.environment}.`);
    const document = this.#parse(text);
    const stored = new Set(await this.#kv.list(revisionKey("")));
    for (const { name, revision } of revised(document)) {
      if (stored.has(revisionKey(revision))) continue;
      throw new DeploymentError(`Generation ${number} needs revision ${revision} of ${name}, which is gone.`);
    }
    return document;
  }

  /** The bytes of a revision; null when it is gone. */
  revision(revision: string): Promise<Uint8Array | null> {
    return this.#kv.getBytes(revisionKey(revision));
  }

  /**
   * Writes what a plan deploys, revisions first and then its generation; what is deployed stays as it is. Rejects when
   * somebody else has deployed since the state that the plan changes was read.
   */
  async stage({ document, revisions, previous }: DeploymentPlan): Promise<void> {
    const known = new Set(previous && revised(previous).map(({ revision }) => revision));
    await this.#kv.put(
      [...revisions].flatMap(([revision, value]) =>
        known.has(revision) ? [] : { key: revisionKey(revision), value },
      ),
    );
    await this.#expectCurrent(
      previous,
      "Somebody else has deployed in the meantime. Nothing was changed; try again.",
    );
    await this.#kv.put([
      { key: generationKey(this.environment, document.generation), value: bytesOf(document) },
    ]);
  }

  /** Makes what was staged the deployed state. */
  async activate({ document }: DeploymentPlan): Promise<void> {
    await this.#kv.put([{ key: currentKey(this.environment), value: bytesOf(document) }]);
    await this.#expectCurrent(document, "What was written could not be read back. See sortie status.");
  }

  /** All of it or nothing: what fails before the last write changes nothing. */
  async deploy(plan: DeploymentPlan): Promise<void> {
    await this.stage(plan);
    await this.activate(plan);
  }

  /**
   * Works out how an earlier generation becomes the deployed state again.
   * @param to its number; by default the one before the deployed one
   */
  async rollback(to: number | undefined, now: Date): Promise<{ plan: DeploymentPlan; from: number }> {
    const current = await this.current();
    if (!current) throw new DeploymentError(`Nothing is deployed to ${this.environment}.`);
    const from = to ?? (await this.generations()).findLast((each) => each < current.generation);
    if (from === undefined) throw new DeploymentError(`${this.environment} has no earlier generation.`);
    if (from === current.generation) throw new DeploymentError(`Generation ${from} is what is deployed.`);
    return { plan: planRollback(await this.generation(from), current, now), from };
  }

  async #expectCurrent(expected: EnvironmentDocument | null, failure: string): Promise<void> {
    const found = await this.current();
    const asRead = expected && this.#parse(JSON.stringify(expected));
    if (JSON.stringify(found) !== JSON.stringify(asRead)) throw new DeploymentError(failure);
  }

  #parse(text: string): EnvironmentDocument {
    try {
      return parseDocument(JSON.parse(text));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new DeploymentError(`What is deployed to ${this.environment} cannot be read: ${reason}`, {
        cause,
      });
    }
  }
}

function bytesOf(document: EnvironmentDocument): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(document));
}
