import type { Edit } from "./edit.ts";
import { Editor } from "./editor.ts";
import { OntologyError } from "./error.ts";
import type { Ontology } from "./ontology.ts";
import type { AppliedEdits } from "./tally.ts";

/** How many edits are applied at once. Foundry: "OntologyEditsExceededLimit". */
const MOST_EDITS = 10_000;

/** How many edits the history keeps. */
const MOST_HISTORY = 100_000;

/** Who edits, and by which action. */
export interface Attribution {
  /** Null for nobody. */
  readonly user: { readonly id: string; readonly name: string } | null;
  /** API name; null for an import. */
  readonly action: string | null;
}

/**
 * Applies edits in their order: each sees what those before it have done. Must run in a transaction, which what it
 * throws undoes. Throws {@link OntologyError}: OntologyEditsExceededLimit, and those of {@link Editor}.
 *
 * @param now milliseconds since 1970
 */
export function applyEdits(
  sql: SqlStorage,
  ontology: Ontology,
  edits: readonly Edit[],
  { user, action }: Attribution,
  now: number,
): AppliedEdits {
  checkCount(edits.length);
  const editor = new Editor(sql, ontology);
  for (const edit of edits) {
    editor.apply(edit);
    const line = "INSERT INTO history (at, user, name, action, edit) VALUES (?, ?, ?, ?, ?)";
    sql.exec(line, now, user?.id ?? null, user?.name ?? null, action, JSON.stringify(edit));
  }
  forget(sql, MOST_HISTORY);
  return editor.tally.applied();
}

/** Takes all but the last edits out of the history. */
export function forget(sql: SqlStorage, most: number): void {
  sql.exec("DELETE FROM history WHERE id <= (SELECT max(id) FROM history) - ?", most);
}

/** Throws {@link OntologyError} (OntologyEditsExceededLimit). */
export function checkCount(editsCount: number): void {
  if (editsCount <= MOST_EDITS) return;
  const message = `There are more than ${MOST_EDITS} edits.`;
  const parameters = { editsCount, editsLimit: MOST_EDITS };
  throw new OntologyError("OntologyEditsExceededLimit", message, parameters);
}
