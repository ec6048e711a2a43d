import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { schemaFiles } from "./schema-files.ts";

/** Writes the JSON Schemas that editors complete and check YAML files with: `npm run generate`. */
for (const [path, text] of schemaFiles()) writeFileSync(join(import.meta.dirname, "..", "..", path), text);
