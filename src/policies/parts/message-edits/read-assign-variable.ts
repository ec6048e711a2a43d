import { readTemplate } from "../../../connections/read-template.ts";
import type { XmlElement } from "../../../documents/element.ts";
import type { Report } from "../../../documents/report.ts";
import { refOf } from "../text-or-ref.ts";
import type { AssignVariable } from "./edit.ts";

/** An AssignVariable; none when its name is missing or reserved. Apigee: "AssignMessage policy". */
export function readAssignVariable(element: XmlElement, report: Report): AssignVariable[] {
  const name = element.child("Name")?.text() ?? "";
  const template = element.child("Template");
  const propertySetRef = element.child("PropertySetRef");
  const resource = element.child("ResourceURL");
  if (resource) {
    report.error(
      "ResourceURLUnsupported",
      resource,
      "<ResourceURL> is not part of this version.",
      "Put the text into <Template> or <Value>.",
    );
  }
  const assignment: AssignVariable = {
    action: "AssignVariable",
    name,
    templateRef: refOf(template),
    template: template && template.text() !== "" ? readTemplate(template.text(), template, report) : null,
    ref: element.child("Ref")?.text() || null,
    value: element.child("Value")?.text() ?? null,
    propertySetRef: propertySetRef ? readTemplate(propertySetRef.text(), propertySetRef, report) : null,
  };
  return isVariableName(name, element, report) ? [assignment] : [];
}

function isVariableName(name: string, element: XmlElement, report: Report): boolean {
  if (name === "") {
    report.error(
      "InvalidVariableName",
      element.child("Name") ?? element,
      "<AssignVariable> does not name a variable.",
      "Write the variable's name into <Name>.",
    );
  } else if (name === "ratelimit" || name.startsWith("ratelimit.")) {
    report.error(
      "InvalidVariableName",
      element.child("Name") ?? element,
      `"${name}" begins with the reserved name "ratelimit".`,
      "Choose another name.",
    );
  } else return true;
  return false;
}
