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
  /** The same as a caller may see it. */
  shownTo(caller: Caller, context: TokenContext): Promise<readonly PublishedSignature[]>;
  execute(call: FunctionCall, context: TokenContext): Promise<FunctionResult>;
}

/** A query as the REST API names it: by its name, and where that is given by its version. */
export interface NamedQuery {
  readonly name: string;
  readonly version?: string | undefined;
}

/** All functions and webhooks that can be executed as queries, as the caller may see them. Foundry: "List Query Types". */
export async function queryTypes(
  functions: Callable,
  caller: Caller,
  context: TokenContext,
): Promise<{ readonly data: readonly QueryType[] }> {
  return { data: (await functions.shownTo(caller, context)).filter(isQueryType).map(queryTypeOf) };
}

/** Foundry: "Get Query Type". Rejects with {@link FunctionError} (QueryNotFound). */
export async function queryType(
  functions: Callable,
  query: NamedQuery,
  caller: Caller,
  context: TokenContext,
): Promise<QueryType> {
  return queryTypeOf(found(await functions.shownTo(caller, context), query));
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
  const query = found(await functions.published(context), call);
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

function found(all: readonly PublishedSignature[], { name, version }: NamedQuery): PublishedSignature {
  const one = all.find((each) => each.name === name);
  if (one && isQueryType(one) && (version === undefined || version === one.revision)) return one;
  throw new FunctionError("QueryNotFound", `There is no query ${name}.`, { query: name });
}
