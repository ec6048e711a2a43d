import type { XmlElement } from "../../../documents/element.ts";
import { readBooleanAttribute, readIntegerAttribute, readOneOf } from "../../../documents/read.ts";
import { type Position, positionOf, type Report } from "../../../documents/report.ts";
import { type MapScope, mapScopes } from "../../../stores/key-value-maps.ts";
import { readTextOrRef, type TextOrRef } from "../../parts/text-or-ref.ts";
import type { InitialEntry } from "../../references.ts";

/** What is done with one key, in the order of the policy's elements. */
export type Operation =
  | {
      readonly kind: "get";
      readonly key: readonly TextOrRef[];
      readonly assignTo: string;
      /** Which of several values, from 1; null for all. */
      readonly index: number | null;
      readonly at: Position;
    }
  | {
      readonly kind: "put";
      readonly key: readonly TextOrRef[];
      readonly values: readonly TextOrRef[];
      /** Whether a key that is there takes the new values. */
      readonly overrides: boolean;
    }
  | { readonly kind: "delete"; readonly key: readonly TextOrRef[] };

/** A policy as its file says it. The parts of a key are joined with two underscores. */
export interface MapOperations {
  /** The text is a template. */
  readonly map: TextOrRef;
  readonly scope: MapScope;
  /** Seconds; null for the default. */
  readonly expiry: TextOrRef | null;
  readonly operations: readonly Operation[];
  readonly initialEntries: readonly InitialEntry[];
}

/**
 * Problems: KeyIsMissing, ValueIsMissing, InvalidIndex, AssignToRequired, and the warnings NothingToDo, TwoMapNames
 * and InitialEntriesWithoutMap.
 */
export function readMapOperations(xml: XmlElement, report: Report): MapOperations {
  const policy = xml.attribute("name") ?? "";
  // What editors of older versions leave behind.
  xml.attribute("encrypted");
  xml.ignore("ExclusiveCache");
  const expiry = xml.child("ExpiryTimeInSecs") ?? xml.child("ExpiryTimeInSeconds");
  const map = readMapName(xml, report);
  const scope = readOneOf(xml.child("Scope"), mapScopes, "environment", report);
  const reading = {
    Get: (element: XmlElement) => readGet(element, policy, report),
    Put: (element: XmlElement) => readPut(element, policy, report),
    Delete: (element: XmlElement): Operation => ({ kind: "delete", key: readKey(element, policy, report) }),
  };
  const operations = Object.entries(reading)
    .flatMap(([name, read]) => xml.children(name).map((element) => ({ element, read })))
    .sort(({ element: a }, { element: b }) => a.line - b.line || a.column - b.column)
    .map(({ element, read }) => read(element));
  const entries = xml.child("InitialEntries")?.children("Entry") ?? [];
  const initialEntries = entries.map((entry) => readInitialEntry(entry, { map, scope }, policy, report));
  if (operations.length + entries.length === 0) {
    const message = "The policy has no <Get>, <Put> or <Delete> and does nothing.";
    report.warning("NothingToDo", xml, message, "Add one of them.");
  }
  return {
    map,
    scope,
    expiry: expiry ? readTextOrRef(expiry) : null,
    operations,
    initialEntries: initialEntries.filter((entry) => entry !== null),
  };
}

/** The attribute mapIdentifier, or the element MapName; `kvmap` with neither. */
function readMapName(xml: XmlElement, report: Report): TextOrRef {
  const identifier = xml.attribute("mapIdentifier");
  const element = xml.child("MapName");
  if (identifier !== undefined && element) {
    report.warning(
      "TwoMapNames",
      element,
      "The policy has both mapIdentifier and <MapName>; mapIdentifier counts.",
      "Keep one of them.",
    );
    readTextOrRef(element);
  }
  if (identifier !== undefined || !element) return { text: identifier?.trim() ?? "kvmap" };
  return readTextOrRef(element);
}

function readGet(get: XmlElement, policy: string, report: Report): Operation {
  const key = readKey(get, policy, report);
  const assignTo = get.attribute("assignTo")?.trim() ?? "";
  const index = readIntegerAttribute(get, "index", null, report);
  if (assignTo === "") {
    const message = "<Get> does not say which variable it sets.";
    report.error("AssignToRequired", get, message, 'Write <Get assignTo="…">.');
  }
  if (index !== null && index < 1) {
    const message = `Invalid index ${index} in KeyValueMapStepDefinition ${policy}.`;
    report.error("InvalidIndex", get, message, "Count values from 1, or leave the attribute out.");
  }
  return { kind: "get", key, assignTo, index, at: positionOf(get) };
}

function readPut(put: XmlElement, policy: string, report: Report): Operation {
  return {
    kind: "put",
    key: readKey(put, policy, report),
    values: readValues(put, policy, report),
    overrides: readBooleanAttribute(put, "override", false, report),
  };
}

function readKey(operation: XmlElement, policy: string, report: Report): readonly TextOrRef[] {
  const parameters = operation.child("Key")?.children("Parameter") ?? [];
  if (parameters.length === 0) {
    report.error(
      "KeyIsMissing",
      operation.child("Key") ?? operation,
      missing("Parameter", policy),
      `Add <Key> with a <Parameter> to <${operation.name}>.`,
    );
  }
  return parameters.map(readTextOrRef);
}

function readValues(element: XmlElement, policy: string, report: Report): readonly TextOrRef[] {
  const values = element.children("Value");
  if (values.length === 0) {
    report.error("ValueIsMissing", element, missing("Value", policy), `Add a <Value> to <${element.name}>.`);
  }
  return values.map(readTextOrRef);
}

/** Apigee's words for it. */
function missing(element: string, policy: string): string {
  return `Error occurred while validation of bean ${policy}.xml. Reason: - Non null value expected for element ${element} in Entry`;
}

/** Null where an entry cannot be deployed, which has been reported. */
function readInitialEntry(
  entry: XmlElement,
  { map, scope }: Pick<MapOperations, "map" | "scope">,
  policy: string,
  report: Report,
): InitialEntry | null {
  const key = readKey(entry, policy, report);
  const values = readValues(entry, policy, report);
  if (!("text" in map) || map.text.includes("{")) {
    report.warning(
      "InitialEntriesWithoutMap",
      entry,
      "Initial entries are deployed, and the name of their map is known only when a request comes; they have no effect.",
      "Name the map with mapIdentifier.",
    );
    return null;
  }
  const texts = [...key, ...values].filter((part) => "text" in part);
  if (texts.length < key.length + values.length) {
    report.warning(
      "InitialEntryWithVariable",
      entry,
      "An initial entry with ref has no effect: it is deployed before there are variables.",
      "Write the text itself.",
    );
    return null;
  }
  const text = (parts: readonly TextOrRef[]) => parts.map((part) => ("text" in part ? part.text : ""));
  return { scope, name: map.text, key: text(key).join("__"), values: text(values), at: positionOf(entry) };
}
