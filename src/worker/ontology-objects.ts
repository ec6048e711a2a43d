import { DurableObject } from "cloudflare:workers";
import type {
  AskedOntology,
  ObjectStore,
  OntologyQuestion,
  OntologyResult,
} from "../ontology/object-store.ts";
import type { WorkerEnv } from "./worker-env.ts";

/** The objects and links of an environment's ontology: one Durable Object, so that edits are in one order. */
export class OntologyObjects extends DurableObject<WorkerEnv> {
  #store: Promise<ObjectStore> | null = null;

  async ask(asked: AskedOntology, question: OntologyQuestion): Promise<OntologyResult> {
    this.#store ??= storeIn(this.ctx.storage);
    return (await this.#store).answer(asked, question);
  }
}

/** Loads what answers when something is asked: a gateway starts without it. */
async function storeIn(storage: DurableObjectStorage): Promise<ObjectStore> {
  const { ObjectStore } = await import("../ontology/object-store.ts");
  return new ObjectStore(storage);
}
