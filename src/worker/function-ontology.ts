import type { TokenContext } from "../credentials/token-request.ts";
import { AuthorizationRequired } from "../credentials/user-credentials.ts";
import { FunctionError } from "../functions/error.ts";
import type { LiveCall } from "../functions/live-call.ts";
import { jsonIn, parametersIn } from "../functions/parameters-in.ts";
import type { OntologyAnswer } from "../functions/protocol.ts";
import { endedMessage } from "../functions/source-call.ts";
import { OntologyError } from "../ontology/error.ts";
import type { Ontologies } from "./ontologies.ts";
import { answerOntology } from "./ontology-api.ts";
import { type Callable, executeQuery, queryType, queryTypes } from "./queries.ts";

/** A request to the ontology's API as code makes it: nothing of it is taken for what it should be. */
export interface OntologyQuestion {
  readonly method: string;
  /** Below `/_sortie`, with its query. */
  readonly path: string;
  /** JSON. */
  readonly body: string | null;
}

/** Who answers. */
interface AskedServices {
  readonly functions: Callable;
  readonly ontologies: Ontologies;
}

const QUERY_TYPES = /^\/api\/v2\/ontologies\/[^/]+\/queryTypes(?:\/([^/]+))?$/;
const EXECUTE = /^\/api\/v2\/(?:ontologies\/[^/]+|functions)\/queries\/([^/]+)\/execute$/;

/**
 * Asks the ontology's API for a call of a function, with the rights of the calling user.
 * @param ended settles when the call has ended, and what it asked for with it
 */
export async function askOntology(
  { functions, ontologies }: AskedServices,
  call: LiveCall,
  question: OntologyQuestion,
  ended: Promise<unknown>,
  context: TokenContext,
): Promise<OntologyAnswer> {
  try {
    return { status: 200, text: await answerTo({ functions, ontologies }, call, question, ended, context) };
  } catch (error) {
    if (error instanceof OntologyError) return { status: error.status, text: JSON.stringify(error) };
    if (!(error instanceof FunctionError)) throw error;
    // Whoever has called the function can give the consent that was missing.
    if (error.cause instanceof AuthorizationRequired) call.authorization = error.cause;
    return { status: error.status, text: JSON.stringify(error) };
  }
}

/** JSON. */
async function answerTo(
  { functions, ontologies }: AskedServices,
  call: LiveCall,
  { method, path, body }: OntologyQuestion,
  ended: Promise<unknown>,
  context: TokenContext,
): Promise<string> {
  // What is thrown here otherwise, the platform logs as uncaught, as often as code likes.
  if (![method, path, body ?? ""].every((each) => typeof each === "string")) throw noQuestion();
  // Functions know no other ontology, by whatever name.
  const url = URL.parse(path.replace(/^(\/api\/v2\/ontologies\/)[^/?]+/, "$1ontology"), "https://ontology");
  if (url === null) throw noQuestion();
  const { pathname, searchParams } = url;
  const named = (name: string) => ({
    name: decoded(name),
    version: searchParams.get("version") ?? undefined,
  });
  const { caller, deadline, isQuery, depth } = call;
  const types = method === "GET" ? QUERY_TYPES.exec(pathname) : null;
  if (types) {
    const [, name] = types;
    return JSON.stringify(
      await (name === undefined
        ? queryTypes(functions, caller, context)
        : queryType(functions, named(name), caller, context)),
    );
  }
  const [, name] = (method === "POST" && EXECUTE.exec(pathname)) || [];
  if (name === undefined) {
    const ontology = await ontologies.of(caller, context);
    const answer = await answerOntology(ontology, { method, url, readBody: () => jsonIn(body ?? "") });
    return typeof answer === "string" ? answer : JSON.stringify(answer);
  }
  const within = { ended, deadline, isQuery, depth: depth + 1 };
  const parameters = parametersIn(body ?? "");
  return JSON.stringify(
    await executeQuery(functions, { ...named(name), parameters, caller, within }, context),
  );
}

/** The answer to whoever has kept the session of a call that has ended. */
export function ontologyAfterCall(): OntologyAnswer {
  const error = new FunctionError("QueryRuntimeError", endedMessage, { message: endedMessage });
  return { status: error.status, text: JSON.stringify(error) };
}

function noQuestion(): OntologyError {
  return new OntologyError(
    "InvalidArgument",
    "A question has a method, a path and a body, and this is none.",
  );
}

/** What is no percent-encoding is no name of anything, and stays as it is. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
