import type { ValueType } from "../../../functions/published-function.ts";

const OBJECTS = "ontology_sdk.ontology.objects.";
const OBJECT_SETS = "ontology_sdk.ontology.object_sets.";
const SET = "ObjectSet";

/** The object type, or the set of one, that a class of `ontology_sdk` stands for; null for anything else. */
export function objectTypeOf(name: string): (ValueType & { type: "object" | "objectSet" }) | null {
  if (name.startsWith(OBJECTS)) return { type: "object", objectType: name.slice(OBJECTS.length) };
  if (!name.startsWith(OBJECT_SETS) || !name.endsWith(SET)) return null;
  return { type: "objectSet", objectType: name.slice(OBJECT_SETS.length, -SET.length) };
}
