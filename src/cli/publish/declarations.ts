import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Webhook } from "../../webhooks/file-schema.ts";
import { declareWebhooks } from "./declare-webhooks.ts";
import { ONTOLOGY_API, ONTOLOGY_SDK, SOURCE_SYMBOLS } from "./library.ts";
import type { OntologySdk } from "./ontology-declarations.ts";
import { packageRoot } from "./package-root.ts";

/**
 * The text of a declaration file for editors: Foundry's libraries as Sortie provides them, a symbol for each source for
 * TypeScript v1, and the ontology.
 * @param sources the webhooks of each source, by API name
 */
export function declarationsFor(
  sources: ReadonlyMap<string, readonly Webhook[]>,
  ontology: Pick<OntologySdk, "declarations" | "version1">,
): string {
  const libraries = readFileSync(join(packageRoot(), "src/cli/publish/foundry.d.ts"), "utf8");
  const symbols = [...sources]
    .filter(([name]) => /^[A-Za-z_$][\w$]*$/.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, webhooks]) => `  export const ${name}: SourceSymbol<${declareWebhooks(webhooks)}>;\n`);
  return `// Made by sortie types. Run it again after a source or a webhook was changed.
${libraries}
declare module "${SOURCE_SYMBOLS}" {
  import type { CallableWebhook, SourceSymbol } from "@foundry/external-systems";

${symbols.join("")}}

declare module "${ONTOLOGY_SDK}" {
${ontology.declarations}
}

declare module "${ONTOLOGY_API}" {
${ontology.version1}
}
`;
}

/** A tsconfig.json that checks functions as Sortie publishes them. */
export const TSCONFIG = `{
  "compilerOptions": {
    "target": "ES2024",
    "lib": ["ES2024", "DOM", "DOM.Iterable"],
    "module": "ESNext",
    "moduleResolution": "Bundler",
    "types": [],
    "strict": true,
    "experimentalDecorators": true,
    "resolveJsonModule": true,
    "esModuleInterop": true,
    "skipLibCheck": true,
    "noEmit": true
  }
}
`;
