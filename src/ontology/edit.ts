import * as v from "valibot";

/** What functions and actions want to change of an ontology. Foundry: "Ontology edits" of functions. */

const primaryKey = v.union([v.string(), v.number(), v.boolean()]);
const objectType = v.object({ apiName: v.string() });
const properties = v.record(v.string(), v.unknown());

/** Names an object. */
const object = v.object({ $apiName: v.string(), $primaryKey: primaryKey });
/** Names an object by an interface that its type implements. */
const ofInterface = v.object({ $apiName: v.string(), $objectType: v.string(), $primaryKey: primaryKey });
const link = { apiName: v.string(), source: object, target: object };

/**
 * An edit as `@osdk/functions` writes it; fields that are not listed here are left out. `apiName` of links is the name
 * that the source has for it. Of `$apiName` and `$objectType`, an object whose type is named by the latter is named by
 * an interface in the former.
 */
export const editSchema = v.variant("type", [
  v.object({ type: v.literal("createObject"), obj: objectType, properties }),
  v.object({ type: v.literal("updateObject"), obj: object, properties }),
  v.object({ type: v.literal("deleteObject"), obj: object }),
  v.object({ type: v.literal("addLink"), ...link }),
  v.object({ type: v.literal("removeLink"), ...link }),
  v.object({ type: v.literal("createInterface"), interfaceType: objectType, objectType, properties }),
  v.object({ type: v.literal("updateInterface"), obj: ofInterface, properties }),
  v.object({ type: v.literal("deleteInterface"), obj: ofInterface }),
]);

export type Edit = v.InferOutput<typeof editSchema>;
export type PrimaryKey = v.InferOutput<typeof primaryKey>;

/** Names an object. */
export type ObjectLocator = v.InferOutput<typeof object>;

/** API names of the object types that an edit changes; of links, those at both ends. */
export function editedTypes(edit: Edit): string[] {
  switch (edit.type) {
    case "createObject":
      return [edit.obj.apiName];
    case "updateObject":
    case "deleteObject":
      return [edit.obj.$apiName];
    case "addLink":
    case "removeLink":
      return [edit.source.$apiName, edit.target.$apiName];
    case "createInterface":
      return [edit.objectType.apiName];
    case "updateInterface":
    case "deleteInterface":
      return [edit.obj.$objectType];
  }
}
