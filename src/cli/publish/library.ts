/** A module of Foundry's that functions import and Sortie provides. */
export interface LibraryModule {
  /** The file that stands in for it, below `src/functions/`. */
  readonly file: string;
  /** What it exports at run time. */
  readonly values: readonly string[];
  /** What it exports for signatures and editors only. */
  readonly types: readonly string[];
}

const numbers = ["Byte", "Short", "Integer", "Long", "Float", "Double"];

/** The types of single edits, by what they do. */
export const editTypes = [
  "AnyEdit",
  "CreateObject",
  "UpdateObject",
  "DeleteObject",
  "AddLink",
  "RemoveLink",
  "CreateInterface",
  "UpdateInterface",
  "DeleteInterface",
] as const;

/** The modules by the names that functions import them by. */
export const library: ReadonlyMap<string, LibraryModule> = new Map([
  [
    "@palantir/functions-sources",
    {
      file: "runtime/functions-sources.ts",
      values: ["getSource", "getSources", "getHttpsConnection", "getFetch", "getHttpAgent"],
      types: ["Source", "SessionCredentials", "OauthSessionCredentials"],
    },
  ],
  [
    "@osdk/functions",
    {
      file: "runtime/osdk-functions.ts",
      values: ["Aliases", "UserFacingError", "createEditBatch"],
      types: [
        ...numbers,
        "DateISOString",
        "TimestampISOString",
        "FunctionConfig",
        "EditBatch",
        "Edits",
        ...editTypes,
      ],
    },
  ],
  [
    "@foundry/functions-api",
    {
      file: "runtime/functions-api.ts",
      values: [
        "Edits",
        "ExternalSystems",
        "Filters",
        "Function",
        "FunctionsError",
        "FunctionsMap",
        "LocalDate",
        "OntologyEditFunction",
        "Query",
        "Timestamp",
        "UserFacingError",
        "isErr",
        "isOk",
      ],
      types: [...numbers, "FunctionsResult", "ObjectSet", "Result", "Ok", "Err"],
    },
  ],
  ["@foundry/functions-utils", { file: "runtime/functions-utils.ts", values: ["Uuid"], types: [] }],
  ["@foundry/external-systems", { file: "runtime/external-systems.ts", values: ["Sources"], types: [] }],
]);

/** Exports the definitions of the ontology (TypeScript v2); made for each file that imports it. */
export const ONTOLOGY_SDK = "@ontology/sdk";

/** The same for TypeScript v1. */
export const ONTOLOGY_API = "@foundry/ontology-api";

/** The modules that code knows the ontology by. */
export const ONTOLOGY_MODULES: readonly string[] = [ONTOLOGY_SDK, ONTOLOGY_API, "@osdk/client", "@osdk/api"];

/** Exports one symbol for each source (TypeScript v1); made for each file that imports it. */
export const SOURCE_SYMBOLS = "@foundry/external-systems/sources";
