import type { PlacedValue } from "../../../documents/checked-value.ts";
import type { Report } from "../../../documents/report.ts";
import { type Aspects, compileOperation, type Operation } from "./operation.ts";
import { type PathTemplate, PathTree, readPathTemplate } from "./paths.ts";
import { SchemaCompiler } from "./schema/compile-schema.ts";
import { SpecDocument, type SpecNode } from "./spec-node.ts";

/** What a request is in a specification. */
export interface Found {
  readonly operation: Operation;
  /** The values in the path by their names, as they came. */
  readonly values: ReadonlyMap<string, string>;
}

/** A specification ready to use. */
export interface Specification {
  /** The operation of a request; what is wrong when there is none. */
  find(path: string, verb: string): Found | string;
  /** Whether a body has to be there somewhere. */
  readonly requiresBodies: boolean;
}

const VERBS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/**
 * Compiles a specification. Reports ResourceCompileFailed. OpenAPI 3.0.3: "OpenAPI Object"; its servers do not count.
 * Apigee: "OASValidation policy".
 */
export function compileSpecification(file: PlacedValue, aspects: Aspects, report: Report): Specification {
  const { root } = new SpecDocument(file, report);
  checkVersion(root);
  const paths = root.field("paths");
  if (!paths) root.error("The specification has no paths.", "Write paths with what the API offers.");
  const compilers = { request: new SchemaCompiler("request"), response: new SchemaCompiler("response") };
  const tree = new PathTree<PathItem>();
  const operations: Operation[] = [];
  for (const [written, item] of paths?.fields() ?? []) {
    const template = readPathTemplate(written);
    if (!template) {
      item.error(`"${written}" is no path.`, "Write it as /orders/{id}.");
      continue;
    }
    const known = operationsOf(template, item);
    operations.push(...known.values());
    tree.add(template, { written, operations: known });
  }
  function operationsOf(template: PathTemplate, item: SpecNode): Map<string, Operation> {
    const names = template.segments.flatMap((segment) => segment.names);
    return new Map(
      VERBS.flatMap((verb) => {
        const node = item.field(verb);
        const place = { verb: verb.toUpperCase(), path: template.written, item, names };
        return node ? [[place.verb, compileOperation(node, place, compilers, aspects)] as const] : [];
      }),
    );
  }
  return {
    requiresBodies: operations.some(
      ({ isBodyRequired, responses }) =>
        isBodyRequired || [...responses.values()].some((response) => response.isBodyRequired),
    ),
    find(path, verb) {
      let other: string | null = null;
      for (const { end, values } of tree.matches(path)) {
        const operation = end.operations.get(verb);
        if (operation) return { operation, values };
        other ??= end.written;
      }
      return other === null
        ? `No API path found that matches request '${path || "/"}'.`
        : `${verb} operation not allowed on path '${other}'.`;
    },
  };
}

/** What may be done at a path, by verb. */
interface PathItem {
  readonly written: string;
  readonly operations: ReadonlyMap<string, Operation>;
}

/** Schemas of other versions mean other things, and would be checked less strictly. */
function checkVersion(root: SpecNode): void {
  const version = root.field("openapi")?.value;
  if (/^3(?:\.0(?:\.\d+)?)?$/.test(String(version))) return;
  const swagger = root.field("swagger")?.value;
  const written =
    version === undefined ? (swagger === undefined ? "no version" : `Swagger ${swagger}`) : version;
  (root.field("openapi") ?? root.field("swagger") ?? root).error(
    `The specification has ${written}, and the policy takes OpenAPI 3.0.`,
    "Convert it to OpenAPI 3.0, and write openapi: 3.0.3 at its beginning.",
  );
}
