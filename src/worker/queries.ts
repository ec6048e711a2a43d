import type { Caller } from "../credentials/caller.ts";
import type { TokenContext } from "../credentials/token-request.ts";
import { FunctionError } from "../functions/error.ts";
import type { PublishedSignature } from "../functions/published-function.ts";
import {
  fromQueryValue,
  isQueryType,
  type QueryType,
  queryTypeOf,
  toQueryValue,
} from "../functions/query-type.ts";
import type { CallAround, FunctionCall, FunctionResult } from "../functions/runner.ts";

/** Functions and webhooks that are published. */
export interface Callable {
  published(context: TokenContext): Promise<readonly PublishedSignature[]>;
  execute(call: FunctionCall, context: TokenContext): Promise<FunctionResult>;
}

/** A query as the REST API names it: by its name, and where that is given by its version. */
export interface NamedQuery {
  readonly name: string;
  readonly version?: string | undefined;
}

/** All functions and webhooks that can be executed as queries. Foundry: "List Query Types". */
export async function queryTypes(
  functions: Callable,
  context: TokenContext,
): Promise<{ readonly data: readonly QueryType[] }> {
  return { data: (await functions.published(context)).filter(isQueryType).map(queryTypeOf) };
}

/** Foundry: "Get Query Type". Rejects with {@link FunctionError} (QueryNotFound). */
export async function queryType(
  functions: Callable,
  query: NamedQuery,
  context: TokenContext,
): Promise<QueryType> {
  return queryTypeOf(await found(functions, query, context));
}

/** Foundry: "Execute Query". Rejects with {@link FunctionError}. */
export async function executeQuery(
  functions: Callable,
  call: NamedQuery & {
    readonly parameters: Readonly<Record<string, unknown>>;
    readonly caller: Caller;
    readonly within?: CallAround;
  },
  context: TokenContext,
): Promise<{ readonly value: unknown }> {
  const query = await found(functions, call, context);
  const { name, output } = query;
  const { caller, within } = call;
  const parameters = parametersOf(query, call.parameters);
  const { value } = await functions.execute({ name, parameters, caller, within }, context);
  return { value: output === null ? null : toQueryValue(value, output.type) };
}

function parametersOf(
  { parameters }: PublishedSignature,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const type = parameters.find((each) => each.name === name)?.type;
      return [name, type ? fromQueryValue(value, type) : value];
    }),
  );
}

async function found(
  functions: Callable,
  { name, version }: NamedQuery,
  context: TokenContext,
): Promise<PublishedSignature> {
  const one = (await functions.published(context)).find((each) => each.name === name);
  if (one && isQueryType(one) && (version === undefined || version === one.revision)) return one;
  throw new FunctionError("QueryNotFound", `There is no query ${name}.`, { query: name });
}
