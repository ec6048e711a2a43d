import type { RequestMessage, ResponseMessage } from "../../../flow/message.ts";
import type { Operation } from "./operation.ts";
import { Inputs } from "./parameters/inputs.ts";
import type { Wrong } from "./schema/validation.ts";
import type { Found, Specification } from "./specification.ts";
import { isOrdinaryHeader } from "./unspecified.ts";

/** What is let pass, and what is looked into. Apigee: "OASValidation policy" (Options). */
export interface Options {
  readonly bodies: boolean;
  readonly allow: { readonly header: boolean; readonly query: boolean; readonly cookie: boolean };
}

/** What is wrong with a request. */
export function lookAtRequest(
  request: RequestMessage,
  path: string,
  specification: Specification,
  { bodies, allow }: Options,
): readonly Wrong[] {
  const found = specification.find(path, request.verb);
  if (typeof found === "string") return told(found);
  const { operation, values } = found;
  const inputs = new Inputs(values, request);
  return [
    ...(operation.security.isThere(inputs)
      ? []
      : told(`${operation.verb} on path '${operation.path}' requires security parameters. None found.`)),
    ...operation.parameters.flatMap(
      (parameter) =>
        parameter.check(inputs) ??
        (parameter.isRequired
          ? told(
              `${PLACES[parameter.place]} parameter '${parameter.written}' is required on path '${operation.path}' but not found in request.`,
            )
          : []),
    ),
    ...unspecified(operation, inputs, allow),
    ...lookAtRequestBody(request, operation, bodies),
  ];
}

const PLACES = { cookie: "Cookie", header: "Header", path: "Path", query: "Query" } as const;

/** What is wrong with a response to a request. */
export function lookAtResponse(
  response: ResponseMessage,
  request: { readonly path: string; readonly verb: string },
  specification: Specification,
): readonly Wrong[] {
  const found = specification.find(request.path, request.verb);
  if (typeof found === "string") return told(found);
  const { operation } = found;
  const { status } = response;
  const expected =
    operation.responses.get(String(status)) ??
    operation.responses.get(`${Math.floor(status / 100)}XX`) ??
    operation.responses.get("DEFAULT");
  if (!expected) return told(`Response status ${status} not defined for path '${operation.path}'.`);
  const inputs = new Inputs(new Map(), { headers: response.headers, query: "" });
  return [
    ...expected.headers.flatMap(
      (header) =>
        header.check(inputs) ??
        (header.isRequired
          ? told(
              `Header parameter '${header.written}' is required on path '${operation.path}' but not found in response.`,
            )
          : []),
    ),
    ...lookAtResponseBody(response, found, expected),
  ];
}

function lookAtRequestBody(request: RequestMessage, operation: Operation, bodies: boolean): readonly Wrong[] {
  if (request.body.isEmpty) {
    return operation.isBodyRequired ? told("A request body is required but none found.") : [];
  }
  if (!bodies) return [];
  return operation.body?.check(request) ?? told("No request body is expected but one was found.");
}

function lookAtResponseBody(
  response: ResponseMessage,
  { operation }: Found,
  { isBodyRequired, body }: { readonly isBodyRequired: boolean; readonly body: Operation["body"] },
): readonly Wrong[] {
  if (response.body.isEmpty) {
    const isWithout = operation.verb === "HEAD" || response.status === 204 || response.status === 304;
    return isBodyRequired && !isWithout
      ? told(
          `${operation.verb} on path '${operation.path}' defines a response schema but no response body found.`,
        )
      : [];
  }
  return body?.check(response) ?? [];
}

function unspecified(operation: Operation, inputs: Inputs, allow: Options["allow"]): Wrong[] {
  const names: ["cookie" | "header" | "query", string][] = [];
  if (!allow.header) {
    for (const name of inputs.headers.keys()) if (!isOrdinaryHeader(name)) names.push(["header", name]);
  }
  if (!allow.query) for (const name of inputs.query.keys()) names.push(["query", name]);
  if (!allow.cookie) for (const name of inputs.cookies.keys()) names.push(["cookie", name]);
  return names
    .filter(([place, name]) => !isSpecified(operation, place, name))
    .flatMap(([place, name]) =>
      told(`${PLACES[place]} parameter '${name}' is unexpected on path '${operation.path}'.`),
    );
}

function isSpecified({ parameters, security }: Operation, place: string, name: string): boolean {
  return (
    parameters.some((parameter) => parameter.place === place && parameter.claims(name)) ||
    security.keys.some((key) => key.place === place && key.name === name)
  );
}

function told(text: string): Wrong[] {
  return [{ text, details: [] }];
}
