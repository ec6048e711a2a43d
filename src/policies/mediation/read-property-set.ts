import type { XmlElement } from "../../documents/element.ts";
import type { Report } from "../../documents/report.ts";
import { propertyOf } from "../../flow/property-sets.ts";
import { reportMissing } from "../parts/required.ts";
import { compileTextOrRef, readTextOrRef, type TextOrRef } from "../parts/text-or-ref.ts";
import { definePolicy } from "../policy-type.ts";

interface Read {
  readonly set: TextOrRef;
  readonly key: TextOrRef;
  readonly assignTo: string;
  /** Null when the variable is unset where there is no such key. */
  readonly fallback: string | null;
}

/** Reads properties whose set and key may be in variables. Apigee: "ReadPropertySet policy". */
export const readPropertySet = definePolicy({
  element: "ReadPropertySet",
  variablePrefix: "readpropertyset",

  /** Problems: MissingElement, and the warning NothingToRead. */
  read(xml, report) {
    const reads = xml.children("Read").flatMap((read) => readOne(read, report) ?? []);
    if (xml.children("Read").length === 0) {
      report.warning("NothingToRead", xml, "The policy has no <Read> and does nothing.", "Add a <Read>.");
    }
    return { reads };
  },

  build({ reads }, context) {
    const steps = reads.map(({ set, key, assignTo, fallback }) => ({
      set: compileTextOrRef(set, context),
      key: compileTextOrRef(key, context),
      variable: context.variable(assignTo),
      fallback,
    }));
    return function readProperties(flow) {
      for (const { set, key, variable, fallback } of steps) {
        const value = propertyOf(flow, set(flow), key(flow)) ?? fallback;
        if (value !== null) variable.set(flow, value);
        else if (variable.get(flow) !== null) variable.remove(flow);
      }
    };
  },
});

function readOne(read: XmlElement, report: Report): Read | null {
  const require = (name: string): XmlElement | null => {
    const element = read.child(name);
    if (element && (element.text() !== "" || element.attribute("ref"))) return element;
    reportMissing(read, name, "MissingElement", name === "AssignTo" ? "a variable" : "a text or ref", report);
    return null;
  };
  const [set, key, assignTo] = [require("Name"), require("Key"), require("AssignTo")];
  const fallback = read.child("DefaultValue")?.text() ?? null;
  if (!set || !key || !assignTo) return null;
  return { set: readTextOrRef(set), key: readTextOrRef(key), assignTo: assignTo.text(), fallback };
}
