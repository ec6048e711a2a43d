import { didYouMean } from "../../../documents/nearest.ts";
import type { Report } from "../../../documents/report.ts";
import type { DeclaredSource } from "../declared-function.ts";
import { uniqueSources } from "../read-config.ts";
import { libraryName } from "./meaning.ts";
import { objectTypeOf } from "./object-types.ts";
import type { PythonFile } from "./python-file.ts";
import type { PythonFiles } from "./python-files.ts";
import type { Expression } from "./syntax.ts";

/** What `@function(…)` says. */
export interface Decoration {
  readonly apiName: DeclaredSource | null;
  readonly sources: readonly DeclaredSource[];
  /** API names of object types. */
  readonly edits: readonly DeclaredSource[];
}

const OPTIONS = ["sources", "edits", "api_name", "beta"];

/**
 * Reads the arguments of `@function`. Reports DecoratorNotLiteral and UnknownOption.
 * Foundry: "Make API calls from functions" (Python).
 */
export function readDecorator(
  node: Expression,
  file: PythonFile,
  files: PythonFiles,
  report: Report,
): Decoration {
  const decoration = {
    apiName: null as DeclaredSource | null,
    sources: [] as DeclaredSource[],
    edits: [] as DeclaredSource[],
  };
  if (node.kind !== "Call") return decoration;
  const notLiteral = (at: Expression, what: string, remedy: string) => {
    report.error("DecoratorNotLiteral", file.at(at), `${what}: it is read without running the code.`, remedy);
    return [];
  };
  for (const argument of node.args) {
    notLiteral(argument, "An option of @function has no name", 'Write @function(sources=["name"]).');
  }
  const elementsOf = (value: Expression, option: string, example: string) =>
    value.kind === "List" || value.kind === "Tuple"
      ? value.elts
      : notLiteral(value, `${option} is not a list that is written out`, `Write ${option}=[${example}].`);
  for (const { arg, value, line, column } of node.keywords) {
    switch (arg) {
      case "sources":
        decoration.sources = elementsOf(value, arg, '"name"').flatMap((element) => {
          const name = textIn(element);
          if (name !== null) return { name, at: file.at(element) };
          return notLiteral(
            element,
            "The name of a source is not a literal",
            'Write the name between quotes: "name".',
          );
        });
        break;
      case "edits":
        decoration.edits = elementsOf(value, arg, "Employee").flatMap((element) =>
          readEdited(element, file, files, report),
        );
        break;
      case "api_name": {
        const name = textIn(value);
        if (name === null) notLiteral(value, "api_name is not a literal", 'Write api_name="name".');
        else decoration.apiName = { name, at: file.at(value) };
        break;
      }
      case "beta":
        if (value.kind === "Constant" && value.type === "bool") break;
        notLiteral(value, "beta is not a literal", "Write beta=True, or take it out: it has no effect here.");
        break;
      case undefined:
        notLiteral(value, "Options of @function are not written out", "Write each as name=value.");
        break;
      default:
        report.error(
          "UnknownOption",
          file.at({ line, column }),
          `@function has no option ${arg}.`,
          didYouMean(arg, OPTIONS, `take it out: there are ${OPTIONS.join(", ")}.`),
        );
    }
  }
  return {
    ...decoration,
    sources: uniqueSources(decoration.sources),
    edits: uniqueSources(decoration.edits),
  };
}

/** The text of a literal without any part that is worked out; null for anything else. */
export function textIn(node: Expression | undefined): string | null {
  return node?.kind === "Constant" && node.type === "str" && typeof node.value === "string"
    ? node.value
    : null;
}

function readEdited(
  node: Expression,
  file: PythonFile,
  files: PythonFiles,
  report: Report,
): DeclaredSource[] {
  const object = objectTypeOf(libraryName(node, file, files) ?? "");
  if (object?.type !== "object") {
    report.error(
      "DecoratorNotLiteral",
      file.at(node),
      "What is edited is not the class of an object type.",
      "Write its name, imported from ontology_sdk.ontology.objects.",
    );
    return [];
  }
  return [{ name: object.objectType, at: file.at(node) }];
}
