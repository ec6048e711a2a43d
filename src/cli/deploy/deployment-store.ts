import type { DeploymentPlan } from "../../environment/deployment.ts";
import {
  currentKey,
  type EnvironmentDocument,
  generationKey,
  parseDocument,
  revised,
  revisionKey,
} from "../../environment/document.ts";
import { CommandFailure } from "../command-failure.ts";
import type { KvStore } from "../kv/store.ts";

/** What is deployed to one environment, and what was before. */
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
    if (!text) throw new CommandFailure(`There is no generation ${number} of ${this.environment}.`);
    const document = this.#parse(text);
    const stored = new Set(await this.#kv.list(revisionKey("")));
    for (const { name, revision } of revised(document)) {
      if (stored.has(revisionKey(revision))) continue;
      throw new CommandFailure(`Generation ${number} needs revision ${revision} of ${name}, which is gone.`);
    }
    return document;
  }

  /** The bytes of a revision; null when it is gone. */
  revision(revision: string): Promise<Uint8Array | null> {
    return this.#kv.getBytes(revisionKey(revision));
  }

  /**
   * Writes revisions, then the generation, and last the one document that makes it the deployed state, so
   * that what fails before changes nothing. Rejects when somebody else has deployed since `previous` was read.
   */
  async deploy(
    { document, revisions }: Omit<DeploymentPlan, "changes">,
    previous: EnvironmentDocument | null,
  ) {
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
    const value = new TextEncoder().encode(JSON.stringify(document));
    await this.#kv.put([{ key: generationKey(this.environment, document.generation), value }]);
    await this.#kv.put([{ key: currentKey(this.environment), value }]);
    await this.#expectCurrent(document, "What was written could not be read back. See sortie status.");
  }

  async #expectCurrent(expected: EnvironmentDocument | null, failure: string): Promise<void> {
    const found = await this.current();
    const asRead = expected && this.#parse(JSON.stringify(expected));
    if (JSON.stringify(found) !== JSON.stringify(asRead)) throw new CommandFailure(failure);
  }

  #parse(text: string): EnvironmentDocument {
    try {
      return parseDocument(JSON.parse(text));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new CommandFailure(`What is deployed to ${this.environment} cannot be read: ${reason}`, {
        cause,
      });
    }
  }
}
