import type { LinkSide } from "./ontology.ts";

/** An object in an answer. */
export interface NamedObject {
  readonly objectType: string;
  readonly primaryKey: unknown;
}

/** An edit as an action's answer lists it. Foundry: "ObjectEdit". */
export type AppliedEdit =
  | ObjectEdit
  | {
      readonly type: "addLink" | "deleteLink";
      readonly linkTypeApiNameAtoB: string;
      readonly linkTypeApiNameBtoA: string;
      readonly aSideObject: NamedObject;
      readonly bSideObject: NamedObject;
    };

interface ObjectEdit extends NamedObject {
  readonly type: "addObject" | "modifyObject" | "deleteObject";
}

/** What edits have come to. Foundry: "ObjectEdits" of an action's answer. */
export interface AppliedEdits {
  readonly edits: readonly AppliedEdit[];
  readonly addedObjectCount: number;
  readonly modifiedObjectsCount: number;
  readonly deletedObjectsCount: number;
  readonly addedLinksCount: number;
  readonly deletedLinksCount: number;
}

/** Counts what edits come to: an object that is created and changed is one that was added. */
export class Tally {
  readonly #objects = new Map<string, ObjectEdit>();
  readonly #links: AppliedEdit[] = [];

  created(object: NamedObject): void {
    const wasDeleted = this.#objects.has(keyOf(object));
    this.#note(wasDeleted ? "modifyObject" : "addObject", object);
  }

  modified(object: NamedObject): void {
    const before = this.#objects.get(keyOf(object))?.type;
    this.#note(before === "addObject" ? before : "modifyObject", object);
  }

  deleted(object: NamedObject): void {
    const key = keyOf(object);
    if (this.#objects.get(key)?.type === "addObject") this.#objects.delete(key);
    else this.#note("deleteObject", object);
  }

  linked(kind: "addLink" | "removeLink", side: LinkSide, source: NamedObject, target: NamedObject): void {
    this.#links.push({
      type: kind === "addLink" ? "addLink" : "deleteLink",
      linkTypeApiNameAtoB: side.apiName,
      linkTypeApiNameBtoA: side.opposite,
      aSideObject: source,
      bSideObject: target,
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

  #note(type: ObjectEdit["type"], object: NamedObject): void {
    this.#objects.set(keyOf(object), { type, ...object });
  }
}

function keyOf({ objectType, primaryKey }: NamedObject): string {
  return `${objectType} ${String(primaryKey)}`;
}
