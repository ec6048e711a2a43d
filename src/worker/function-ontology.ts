import type { TokenContext } from "../credentials/token-request.ts";
import { AuthorizationRequired } from "../credentials/user-credentials.ts";
import { FunctionError } from "../functions/error.ts";
import type { LiveCall } from "../functions/live-call.ts";
import { parametersIn } from "../functions/parameters-in.ts";
import type { OntologyAnswer } from "../functions/protocol.ts";
import { type Callable, executeQuery, queryType, queryTypes } from "./queries.ts";

/** A request to the ontology's API as code makes it: nothing of it is taken for what it should be. */
export interface OntologyQuestion {
  readonly method: string;
  /** Below `/_sortie`, with its query. */
  readonly path: string;
  /** JSON. */
  readonly body: string | null;
}

const QUERY_TYPES = /^\/api\/v2\/ontologies\/[^/]+\/queryTypes(?:\/([^/]+))?$/;
const EXECUTE = /^\/api\/v2\/(?:ontologies\/[^/]+|functions)\/queries\/([^/]+)\/execute$/;

/**
 * Asks the ontology's API for a call of a function, with the rights of the calling user.
 * @param ended settles when the call has ended, and what it asked for with it
 */
export async function askOntology(
  functions: Callable,
  call: LiveCall,
  question: OntologyQuestion,
  ended: Promise<unknown>,
  context: TokenContext,
): Promise<OntologyAnswer> {
  try {
    return { status: 200, text: JSON.stringify(await answerTo(functions, call, question, ended, context)) };
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    // Whoever has called the function can give the consent that was missing.
    if (error.cause instanceof AuthorizationRequired) call.authorization = error.cause;
    return { status: error.status, text: JSON.stringify(error) };
  }
}

async function answerTo(
  functions: Callable,
  call: LiveCall,
  { method, path, body }: OntologyQuestion,
  ended: Promise<unknown>,
  context: TokenContext,
): Promise<unknown> {
  const { pathname, searchParams } = new URL(path, "https://ontology");
  const named = (name: string) => ({
    name: decodeURIComponent(name),
    version: searchParams.get("version") ?? undefined,
  });
  const types = method === "GET" ? QUERY_TYPES.exec(pathname) : null;
  if (types) {
    const [, name] = types;
    return name === undefined ? queryTypes(functions, context) : queryType(functions, named(name), context);
  }
  const [, name] = (method === "POST" && EXECUTE.exec(pathname)) || [];
  if (name === undefined) {
    throw new FunctionError("OntologyNotFound", `There is no ${pathname} for functions.`, {
      ontologyRid: "ontology",
    });
  }
  const { caller, deadline, isQuery, depth } = call;
  const within = { ended, deadline, isQuery, depth: depth + 1 };
  return executeQuery(
    functions,
    { ...named(name), parameters: parametersIn(body ?? ""), caller, within },
    context,
  );
}
