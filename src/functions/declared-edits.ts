import { ValueError } from "./values.ts";

/** How many edits one call may return. */
const MOST_EDITS = 10_000;

/**
 * Holds what a function returned to the object types that it declares to edit. Its code may have made the edits by
 * hand. Throws {@link ValueError}, or an error with what to do.
 */
export function checkDeclared(edits: readonly unknown[], declared: readonly string[]): void {
  if (edits.length > MOST_EDITS) {
    throw new EditError(`The function returned ${edits.length} edits, and may return ${MOST_EDITS}.`);
  }
  for (const [index, edit] of edits.entries()) {
    const objectType = editedType(edit);
    if (objectType === null) throw new ValueError("OntologyEdit", edit).within(`[${index}]`);
    if (declared.includes(objectType)) continue;
    throw new EditError(
      `[${index}]: the function edits ${objectType}, which it does not declare. It declares ${declared.join(", ") || "no object type"}.`,
    );
  }
}

/** Edits that a function may not make. */
export class EditError extends Error {
  override readonly name = "EditError";
}

/** The object type of the object that an edit creates, changes or deletes, or of the one whose link it changes. */
function editedType(edit: unknown): string | null {
  switch (text(edit, "type")) {
    case "createObject":
      return text(part(edit, "obj"), "apiName");
    case "updateObject":
    case "deleteObject":
      return text(part(edit, "obj"), "$apiName");
    case "createInterface":
      return text(part(edit, "objectType"), "apiName");
    case "updateInterface":
    case "deleteInterface":
      return text(part(edit, "obj"), "$objectType");
    case "addLink":
    case "removeLink":
      return text(part(edit, "source"), "$apiName");
    default:
      return null;
  }
}

function text(value: unknown, name: string): string | null {
  const found = part(value, name);
  return typeof found === "string" ? found : null;
}

function part(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}
