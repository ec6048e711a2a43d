import type { ObjectLocator } from "./edit.ts";
import type { LinkSide } from "./ontology.ts";

/** An edit as an action's answer lists it. Foundry: "ObjectEdit". */
export type AppliedEdit =
  | {
      readonly type: "addObject" | "modifyObject" | "deleteObject";
      readonly primaryKey: unknown;
      readonly objectType: string;
    }
  | {
      readonly type: "addLink" | "deleteLink";
      readonly linkTypeApiNameAtoB: string;
      readonly linkTypeApiNameBtoA: string;
      readonly aSideObject: { readonly primaryKey: unknown; readonly objectType: string };
      readonly bSideObject: { readonly primaryKey: unknown; readonly objectType: string };
    };

/** What edits have come to. Foundry: "ObjectEdits" of an action's answer. */
export interface AppliedEdits {
  readonly edits: readonly AppliedEdit[];
  readonly addedObjectCount: number;
  readonly modifiedObjectsCount: number;
  readonly deletedObjectsCount: number;
  readonly addedLinksCount: number;
  readonly deletedLinksCount: number;
}

type ObjectEdit = AppliedEdit & { objectType: string };

/** Counts what edits come to: an object that is created and changed is one that was added. */
export class Tally {
  readonly #objects = new Map<string, ObjectEdit>();
  readonly #links: AppliedEdit[] = [];

  created(objectType: string, primaryKey: unknown): void {
    const wasDeleted = this.#objects.has(keyOf(objectType, primaryKey));
    this.#note(wasDeleted ? "modifyObject" : "addObject", objectType, primaryKey);
  }

  modified(objectType: string, primaryKey: unknown): void {
    const before = this.#objects.get(keyOf(objectType, primaryKey))?.type;
    this.#note(before === "addObject" ? before : "modifyObject", objectType, primaryKey);
  }

  deleted(objectType: string, primaryKey: unknown): void {
    const key = keyOf(objectType, primaryKey);
    if (this.#objects.get(key)?.type === "addObject") this.#objects.delete(key);
    else this.#note("deleteObject", objectType, primaryKey);
  }

  linked(kind: "addLink" | "removeLink", side: LinkSide, source: ObjectLocator, target: ObjectLocator): void {
    this.#links.push({
      type: kind === "addLink" ? "addLink" : "deleteLink",
      linkTypeApiNameAtoB: side.apiName,
      linkTypeApiNameBtoA: side.opposite,
      aSideObject: { primaryKey: source.$primaryKey, objectType: source.$apiName },
      bSideObject: { primaryKey: target.$primaryKey, objectType: target.$apiName },
    });
  }

  applied(): AppliedEdits {
    const edits = [...this.#objects.values(), ...this.#links];
    const count = (type: AppliedEdit["type"]) => edits.filter((edit) => edit.type === type).length;
    return {
      edits,
      addedObjectCount: count("addObject"),
      modifiedObjectsCount: count("modifyObject"),
      deletedObjectsCount: count("deleteObject"),
      addedLinksCount: count("addLink"),
      deletedLinksCount: count("deleteLink"),
    };
  }

  #note(type: ObjectEdit["type"], objectType: string, primaryKey: unknown): void {
    this.#objects.set(keyOf(objectType, primaryKey), { type, objectType, primaryKey } as ObjectEdit);
  }
}

function keyOf(objectType: string, primaryKey: unknown): string {
  return `${objectType} ${String(primaryKey)}`;
}
