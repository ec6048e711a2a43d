import { Hono } from "hono/tiny";
import type { TokenContext } from "../credentials/token-request.ts";
import { FunctionError } from "../functions/error.ts";
import type { PublishedSignature } from "../functions/published-function.ts";
import { fromQueryValue, isQueryType, queryTypeOf, toQueryValue } from "../functions/query-type.ts";
import { answerTo, type FunctionsRoutesServices } from "./functions-routes.ts";
import { readParameters } from "./read-parameters.ts";

/**
 * `/api/v2/ontologies/{ontology}/queryTypes` and `…/queries/{query}/execute`, and the same below
 * `/api/v2/functions/queries`. Foundry: "Ontology query".
 */
export function queryRoutes<E extends object>(
  servicesOf: (env: E) => FunctionsRoutesServices,
): Hono<{ Bindings: E }> {
  const routes = new Hono<{ Bindings: E }>();

  routes.get("/ontologies/:ontology/queryTypes", (c) => {
    const services = servicesOf(c.env);
    return answerTo(c.req.raw, services, c.executionCtx, async (_caller, context) => {
      const published = await services.functions.published(context);
      return { data: published.filter(isQueryType).map(queryTypeOf) };
    });
  });

  for (const path of ["/ontologies/:ontology/queryTypes/:query", "/functions/queries/:query"]) {
    routes.get(path, (c) => {
      const services = servicesOf(c.env);
      return answerTo(c.req.raw, services, c.executionCtx, async (_caller, context) =>
        queryTypeOf(await found(services, context, c.req.param("query"), c.req.query("version"))),
      );
    });
  }

  for (const path of ["/ontologies/:ontology/queries/:query/execute", "/functions/queries/:query/execute"]) {
    routes.post(path, (c) => {
      const services = servicesOf(c.env);
      return answerTo(c.req.raw, services, c.executionCtx, async (caller, context) => {
        const query = await found(services, context, c.req.param("query"), c.req.query("version"));
        const { name, output } = query;
        const parameters = parametersOf(query, await readParameters(c.req.raw, context));
        const { value } = await services.functions.execute({ name, parameters, caller }, context);
        return { value: output === null ? null : toQueryValue(value, output.type) };
      });
    });
  }
  return routes;
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

/** Rejects with {@link FunctionError} (QueryNotFound). */
async function found(
  { functions }: Pick<FunctionsRoutesServices, "functions">,
  context: TokenContext,
  query = "",
  version?: string,
): Promise<PublishedSignature> {
  const one = (await functions.published(context)).find(({ name }) => name === query);
  if (one && isQueryType(one) && (version === undefined || version === one.revision)) return one;
  throw new FunctionError("QueryNotFound", `There is no query ${query}.`, { query });
}
