import type { XmlElement } from "../../documents/element.ts";
import { readIntegerAttribute, readOneOf } from "../../documents/read.ts";
import type { Report } from "../../documents/report.ts";
import type { FlowContext } from "../../flow/context.ts";
import { type Fault, faultType } from "../../flow/fault.ts";
import { mapScopes } from "../../stores/key-value-maps.ts";
import { compileTextOrRef, readTextOrRef, type TextOrRef } from "../parts/text-or-ref.ts";
import { definePolicy } from "../policy-type.ts";

interface Get {
  /** Joined with two underscores they are the key. */
  readonly key: readonly TextOrRef[];
  readonly assignTo: string;
  /** Which of several values, from 1. */
  readonly index: number;
}

const faults = {
  setVariableFailed: faultType(
    "steps.keyvaluemapoperations.SetVariableFailed",
    500,
    (policy: string, variable: string) =>
      `Failed to set variable ${variable} in KeyValueMapStepDefinition ${policy}`,
  ),
  /** What Apigee answers to an empty name of a map. */
  noMap: faultType("Internal Server Error", 500, () => "java.lang.UnsupportedOperationException"),
};

/**
 * Reads entries of key value maps into variables. A key that is not there unsets its variable.
 * Apigee: "KeyValueMapOperations policy" (Get).
 */
export const keyValueMapOperations = definePolicy({
  element: "KeyValueMapOperations",
  variablePrefix: "keyvaluemapoperations",
  needs: ["keyValueMaps"],
  faults,
  unsettable: ({ variable }, policy): Fault => faults.setVariableFailed(policy, variable),

  /**
   * Problems: KeyIsMissing, InvalidIndex, AssignToRequired, UnsupportedElement, and the warnings NothingToGet and
   * ScopeWithoutEntries.
   */
  read(xml, report) {
    // What is read is in memory for as long as it is deployed; `encrypted` is left behind by older editors.
    xml.attribute("encrypted");
    xml.ignore("ExpiryTimeInSecs", "ExpiryTimeInSeconds", "ExclusiveCache");
    refuseWriting(xml, report);
    const gets = xml.children("Get").map((get) => readGet(get, xml.attribute("name") ?? "", report));
    if (gets.length === 0) {
      report.warning("NothingToGet", xml, "The policy has no <Get> and does nothing.", "Add a <Get>.");
    }
    return { map: readMapName(xml), scope: readScope(xml.child("Scope"), report), gets };
  },

  build({ map, scope, gets }, context) {
    const { keyValueMaps } = context;
    const mapName = compileTextOrRef(map, context);
    const steps = gets.map(({ key, assignTo, index }) => {
      const parts = key.map((part) => compileTextOrRef(part, context));
      const variable = context.variable(assignTo);
      const assign = (flow: FlowContext, value: string | null) => {
        if (value !== null && index === 1) variable.set(flow, value);
        else if (variable.get(flow) !== null) variable.remove(flow);
      };
      return function get(flow: FlowContext, name: string): void | Promise<void> {
        const value = keyValueMaps.get({ scope, name }, parts.map((part) => part(flow)).join("__"));
        if (value instanceof Promise) return value.then((found) => assign(flow, found));
        assign(flow, value);
      };
    });
    const runFrom = (start: number, flow: FlowContext, name: string): void | Promise<void> => {
      for (let at = start; at < steps.length; at++) {
        const pending = steps[at]?.(flow, name);
        if (pending) return pending.then(() => runFrom(at + 1, flow, name));
      }
    };
    return function getEntries(flow) {
      const name = mapName(flow);
      if (name === "") throw faults.noMap();
      return runFrom(0, flow, name);
    };
  },
});

/** The attribute mapIdentifier, or the element MapName; `kvmap` with neither. */
function readMapName(xml: XmlElement): TextOrRef {
  const identifier = xml.attribute("mapIdentifier");
  const element = xml.child("MapName");
  if (identifier !== undefined || !element) return { text: identifier?.trim() ?? "kvmap" };
  return readTextOrRef(element);
}

function readScope(element: XmlElement | undefined, report: Report) {
  const scope = readOneOf(element, mapScopes, "environment", report);
  if (element && scope !== "environment") {
    report.warning(
      "ScopeWithoutEntries",
      element,
      `Maps of the scope ${scope} have no entries here: nothing is found in them.`,
      "Put the entries into environments/NAME/keyvaluemaps.json, and write the scope environment.",
    );
  }
  return scope;
}

function readGet(get: XmlElement, policy: string, report: Report): Get {
  const parameters = get.child("Key")?.children("Parameter") ?? [];
  const assignTo = get.attribute("assignTo")?.trim() ?? "";
  const index = readIntegerAttribute(get, "index", 1, report);
  if (parameters.length === 0) {
    const message = "<Get> does not say which key it reads.";
    report.error("KeyIsMissing", get.child("Key") ?? get, message, "Add <Key> with a <Parameter>.");
  }
  if (assignTo === "") {
    const message = "<Get> does not say which variable it sets.";
    report.error("AssignToRequired", get, message, 'Write <Get assignTo="…">.');
  }
  if (index < 1) {
    const message = `Invalid index ${index} in KeyValueMapStepDefinition ${policy}.`;
    report.error("InvalidIndex", get, message, "Count values from 1, or leave the attribute out.");
  }
  return { key: parameters.map(readTextOrRef), assignTo, index };
}

function refuseWriting(xml: XmlElement, report: Report): void {
  const writing = [
    ...xml.children("Put"),
    ...xml.children("Delete"),
    ...(xml.child("InitialEntries")?.children("Entry") ?? []),
  ];
  for (const element of writing) {
    report.error(
      "UnsupportedElement",
      element,
      `<${element.name}> is not supported: entries are deployed with the environment.`,
      "Put the entries into environments/NAME/keyvaluemaps.json.",
    );
  }
  xml.ignore("Put", "Delete", "InitialEntries");
}
