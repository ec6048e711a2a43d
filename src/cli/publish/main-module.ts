import { Ontology } from "../../ontology/ontology.ts";
import type { DeclaredFunction } from "./declared-function.ts";
import { CLIENT, CLIENT_OBJECTS, SERVE, WITH_ONTOLOGY } from "./esbuild-plugin.ts";
import { ONTOLOGY_API } from "./library.ts";
import { type KnownOntology, namesFrom } from "./ontology-sdk.ts";
import type { SourceFile } from "./source-file.ts";
import { walk } from "./walk.ts";

/**
 * What the environment's isolate loads: the runtime first, so that it is ready when the function is loaded.
 * @param entry what imports the author's module
 * @param files those of the author
 */
export function mainModule(
  declared: DeclaredFunction,
  entry: string,
  files: readonly SourceFile[],
  ontology: KnownOntology,
): string {
  const { language, name, signature, call, usesClient } = declared;
  const { parameters, output } = signature ?? { parameters: [], output: null };
  const knows = knowsOntology(declared, files, ontology);
  const literal = JSON.stringify({ language, name, parameters, output });
  return [
    `import { serveFunction } from ${JSON.stringify(SERVE)};`,
    ...(knows
      ? [
          `import { withOntology } from ${JSON.stringify(WITH_ONTOLOGY)};`,
          `import ${JSON.stringify(ONTOLOGY_API)};`,
        ]
      : []),
    ...(usesClient ? [`import { clientOfCall } from ${JSON.stringify(CLIENT)};`] : []),
    ...(takesClientObjects(declared, files)
      ? [
          `import { useClientForObjects } from ${JSON.stringify(CLIENT_OBJECTS)};`,
          `useClientForObjects(${JSON.stringify(keysOf(ontology))});`,
        ]
      : []),
    `import * as user from ${JSON.stringify(entry)};`,
    `export default serveFunction({ ...${literal}, call: ${call}${knows ? ", around: withOntology" : ""} });`,
  ].join("\n");
}

/** Whether a function in TypeScript v1 has the ontology at hand. */
function knowsOntology(
  { language, signature }: DeclaredFunction,
  files: readonly SourceFile[],
  { definition }: KnownOntology,
): boolean {
  if (language !== "typescript-v1" || definition === null) return false;
  const returnsEdits = signature?.output?.type.type === "edits";
  return returnsEdits || files.some((file) => namesFrom(ONTOLOGY_API, file).length > 0);
}

/** Whether a function in TypeScript v2 needs the client for what it takes or returns: sets, or links of objects. */
function takesClientObjects(
  { language, signature }: DeclaredFunction,
  files: readonly SourceFile[],
): boolean {
  if (language !== "typescript-v2") return false;
  const has = (type: string) => JSON.stringify(signature).includes(`{"type":"${type}"`);
  return has("objectSet") || (has("object") && files.some(followsLinks));
}

function followsLinks({ program }: SourceFile): boolean {
  let found = false;
  walk(program, (node) => {
    if (node.type === "Identifier" && node.name === "$link") found = true;
  });
  return found;
}

/** Names of primary keys, by API name of the type. */
function keysOf({ definition }: KnownOntology): Record<string, string> {
  const types = definition ? [...new Ontology("", definition).objectTypes.values()] : [];
  return Object.fromEntries(types.map(({ apiName, primaryKey }) => [apiName, primaryKey]));
}
