import type { LiveCall } from "../functions/live-call.ts";
import type { OntologyAnswer } from "../functions/protocol.ts";

/** A request to the ontology's API as code makes it: nothing of it is taken for what it should be. */
export interface OntologyQuestion {
  readonly method: string;
  /** Below `/_sortie`, with its query. */
  readonly path: string;
  /** JSON. */
  readonly body: string | null;
}

/** Asks the ontology for a call of a function, with the rights of the calling user. */
export async function askOntology(call: LiveCall, _question: OntologyQuestion): Promise<OntologyAnswer> {
  const error = {
    errorCode: "NOT_FOUND",
    errorName: "OntologyNotFound",
    errorInstanceId: call.id,
    parameters: { ontologyRid: "ontology" },
  };
  return { status: 404, text: JSON.stringify(error) };
}
