import { type Content, compileContent } from "./body.ts";
import { compileParameter, type Parameter, type Place } from "./parameters/compile-parameter.ts";
import type { SchemaCompiler } from "./schema/compile-schema.ts";
import { compileSecurity, type Security } from "./security.ts";
import type { SpecNode } from "./spec-node.ts";

/** What is compiled of a specification. */
export interface Aspects {
  readonly requests: boolean;
  readonly responses: boolean;
  /** Whether the content of bodies is looked into. */
  readonly bodies: boolean;
}

/** What a request may be, and what its answers may be. OpenAPI 3.0.3: "Operation Object". */
export interface Operation {
  /** In capitals. */
  readonly verb: string;
  /** The path as the specification has it. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly security: Security;
  readonly isBodyRequired: boolean;
  /** Null when there is to be no body, or when it is not looked into. */
  readonly body: Content | null;
  readonly responses: ReadonlyMap<string, OperationResponse>;
}

/** An answer. OpenAPI 3.0.3: "Response Object". */
export interface OperationResponse {
  readonly headers: readonly Parameter[];
  /** Whether a body is to be there. */
  readonly isBodyRequired: boolean;
  readonly body: Content | null;
}

/** The compilers of the schemas, for each way. */
export interface Compilers {
  readonly request: SchemaCompiler;
  readonly response: SchemaCompiler;
}

const PLACES: readonly Place[] = ["cookie", "header", "path", "query"];

/** Headers that are described elsewhere. OpenAPI 3.0.3: "Parameter Object" (name). */
const NO_PARAMETERS: ReadonlySet<string> = new Set(["accept", "authorization", "content-type"]);

/**
 * Compiles an operation.
 *
 * @param item its path, whose parameters count for all its operations
 */
export function compileOperation(
  node: SpecNode,
  place: {
    readonly verb: string;
    readonly path: string;
    readonly item: SpecNode;
    readonly names: readonly string[];
  },
  compilers: Compilers,
  { requests, responses, bodies }: Aspects,
): Operation {
  const { verb, path, item, names } = place;
  const requestBody = requests ? node.field("requestBody") : null;
  const content = bodies ? requestBody?.field("content") : null;
  return {
    verb,
    path,
    parameters: requests ? compileParameters(node, item, names, compilers.request) : [],
    security: requests ? compileSecurity(node) : { isThere: () => true, keys: [] },
    isBodyRequired: requestBody?.flag("required") ?? false,
    body: content ? compileContent(content, compilers.request, "Request") : null,
    responses: new Map(
      responses
        ? (node.field("responses")?.fields() ?? []).map(
            ([status, response]) =>
              [status.toUpperCase(), compileResponse(response, compilers.response, bodies)] as const,
          )
        : [],
    ),
  };
}

function compileParameters(
  node: SpecNode,
  item: SpecNode,
  names: readonly string[],
  compiler: SchemaCompiler,
): Parameter[] {
  const byKey = new Map<string, { node: SpecNode; place: Place; name: string }>();
  for (const each of [
    ...(item.field("parameters")?.items() ?? []),
    ...(node.field("parameters")?.items() ?? []),
  ]) {
    const name = each.text("name");
    const written = each.text("in");
    const place = PLACES.find((known) => known === written);
    if (name === null || !place) {
      each.error(
        "A parameter needs a name, and in.",
        `Write its name, and one of ${PLACES.join(", ")} as in.`,
      );
    } else if (place === "path" && !names.includes(name)) {
      each.error(`The path has no {${name}}.`, "Write the name as it stands in the path.");
    } else if (place !== "header" || !NO_PARAMETERS.has(name.toLowerCase())) {
      byKey.set(`${place} ${place === "header" ? name.toLowerCase() : name}`, { node: each, place, name });
    }
  }
  const parameters: Parameter[] = [];
  for (const { node: each, place, name } of byKey.values()) {
    const isClaimed = (other: string) =>
      parameters.some((known) => known.place === place && known.name === other);
    parameters.push(compileParameter(each, place, name, compiler, isClaimed));
  }
  return parameters;
}

function compileResponse(node: SpecNode, compiler: SchemaCompiler, bodies: boolean): OperationResponse {
  const headers = (node.field("headers")?.fields("keep") ?? []).filter(
    ([name]) => name.toLowerCase() !== "content-type",
  );
  const content = node.field("content");
  const types = content?.fields() ?? [];
  return {
    headers: headers.map(([name, header]) => compileParameter(header, "header", name, compiler)),
    isBodyRequired: types.some(([, media]) => media.field("schema") !== null),
    body: content && bodies ? compileContent(content, compiler, "Response") : null,
  };
}
