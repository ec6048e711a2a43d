import { Report } from "../../documents/report.ts";
import type { EnvironmentFiles } from "../../environment/read-environment.ts";
import type { OntologyDefinition } from "../../ontology/file-schema.ts";
import { readOntology } from "../../ontology/read-ontology.ts";
import { publishedSignature } from "../../webhooks/published.ts";
import { readWebhooks } from "../../webhooks/read-webhooks.ts";
import { declareAction } from "./declare-action.ts";
import { declareObjectTypes, IMPORTS } from "./declare-ontology.ts";
import { declareQuery } from "./declare-query.ts";
import { declareVersion1 } from "./declare-v1.ts";
import { functionFolders } from "./function-folder.ts";
import { definitionsOf } from "./ontology-sdk.ts";
import { readFunctions } from "./read-functions.ts";
import type { Signature } from "./read-signature.ts";
import { SourceFiles } from "./source-file.ts";

/** `@ontology/sdk` for programs: what it exports, and of which types. */
export interface OntologySdk {
  readonly declarations: string;
  readonly module: string;
  /** The declarations of `@foundry/ontology-api`, for functions in TypeScript v1. */
  readonly version1: string;
}

const ALWAYS: OntologyDefinition = { objectTypes: {}, linkTypes: {}, actionTypes: {} };

/**
 * What `@ontology/sdk` is for an environment: its object types, action types and, as queries, its functions in
 * TypeScript and the webhooks that are published as functions. What is wrong with the files is for `sortie check` to say.
 * @param root the environment's folder on disk
 */
export function ontologySdk(files: EnvironmentFiles, root: string, environment: string): OntologySdk {
  const definition = readOntology(files, new Report())?.definition ?? ALWAYS;
  const defined = definitionsOf(definition);
  const queries = [...signatures(files, root), ...publishedWebhooks(files, environment)].filter(
    ([name]) => isName(name) && !defined.has(name),
  );
  return {
    declarations: [
      IMPORTS,
      declareObjectTypes(environment, definition),
      ...Object.entries(definition.actionTypes).map(([name, action]) => declareAction(name, action)),
      ...queries.map(([name, signature]) => declareQuery(name, signature)),
    ].join("\n\n"),
    version1: declareVersion1(definition),
    module: [
      `export const $ontologyRid = ${JSON.stringify(`ri.ontology.main.ontology.${environment}`)};`,
      ...[...defined, ...queries.map(([name]) => [name, "query"] as const)].map(
        ([apiName, type]) => `export const ${apiName} = ${JSON.stringify({ type, apiName })};`,
      ),
    ].join("\n"),
  };
}

function isName(name: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(name);
}

/** The signatures of the functions that can be executed as queries, by name. */
function signatures(files: EnvironmentFiles, root: string): Map<string, Signature> {
  const report = new Report();
  return new Map(
    functionFolders(files, report).flatMap(({ name, entry: path }) => {
      if (path === null || !path.endsWith(".ts")) return [];
      const sources = new SourceFiles(root, report);
      const entry = sources.read(`${root}/${path}`);
      const declared = entry ? readFunctions(entry, name, sources, report) : [];
      return declared.flatMap(({ name, signature }) =>
        signature && signature.output?.type.type !== "edits" ? [[name, signature] as const] : [],
      );
    }),
  );
}

/** The signatures of the webhooks that are published as functions, by name. */
function publishedWebhooks(files: EnvironmentFiles, environment: string): (readonly [string, Signature])[] {
  return readWebhooks(files, environment, new Report()).flatMap(({ webhook }) => {
    const signature = publishedSignature(webhook);
    return signature ? [[webhook.name, signature] as const] : [];
  });
}
