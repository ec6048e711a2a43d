import { Report } from "../../src/documents/report.ts";
import type { OntologyDefinition } from "../../src/ontology/file-schema.ts";
import { readOntology } from "../../src/ontology/read-ontology.ts";
import { filesOf } from "../environment/deployed.ts";

/** An ontology from the text of its file. Throws when something is wrong in it. */
export function definitionOf(text: string): OntologyDefinition {
  const report = new Report();
  const read = readOntology(filesOf({ "ontology/test.yaml": text }), report);
  if (report.problems.length > 0 || !read) throw new Error(JSON.stringify(report.problems));
  return read.definition;
}

/** What is wrong with files, as `CODE line:column message`. */
export function problemsOf(files: Readonly<Record<string, string>>): string[] {
  const report = new Report();
  readOntology(filesOf(files), report);
  return report.problems.map(({ code, line, column, message }) => `${code} ${line}:${column} ${message}`);
}
