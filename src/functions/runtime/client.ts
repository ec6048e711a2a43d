import { type Client, createClient } from "@osdk/client";
import { currentCall } from "./call.ts";
import { checkCall } from "./source-fetch.ts";

/** Nobody connects there: the session of the call takes the requests. */
const BASE_URL = "https://ontology.invalid/";

/** The gateway knows which ontology it is. */
const ONTOLOGY_RID = "ri.ontology.main.ontology.sortie";

/**
 * The client that a function in TypeScript v2 takes as its first parameter: it reads what the calling user may read, and
 * is good for one call.
 */
export function clientOfCall(): Client {
  const call = currentCall();
  return createClient(
    BASE_URL,
    ONTOLOGY_RID,
    async () => "the calling user",
    undefined,
    async (input, init) => {
      checkCall(call);
      const request = new Request(input, init);
      const { pathname, search } = new URL(request.url);
      const body = request.body === null ? null : await request.text();
      const { status, text } = await call.session.ontology(request.method, pathname + search, body);
      return new Response(text, { status, headers: { "content-type": "application/json" } });
    },
  );
}
