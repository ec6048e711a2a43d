import type { XmlElement } from "../../documents/element.ts";
import { readBoolean, readBooleanAttribute, readOneOf } from "../../documents/read.ts";
import type { Report } from "../../documents/report.ts";
import { textOf } from "../../expression/value.ts";
import type { FlowContext } from "../../flow/context.ts";
import { faultType } from "../../flow/fault.ts";
import type { Variable } from "../../flow/variable.ts";
import { basicCredentialsIn } from "../parts/basic-credentials.ts";
import { reportMissing } from "../parts/required.ts";
import { refOf } from "../parts/text-or-ref.ts";
import { definePolicy } from "../policy-type.ts";

const faults = {
  invalidSource: faultType(
    "steps.basicauthentication.InvalidBasicAuthenticationSource",
    500,
    (source: string) => `Source variable : ${source} for basic authentication decode policy is not valid`,
  ),
  unresolved: faultType(
    "steps.basicauthentication.UnresolvedVariable",
    500,
    (variable: string) => `Unresolved variable : ${variable}`,
  ),
};

/**
 * Encodes a user name and password as the value of a Basic Authorization header, or takes one apart.
 * Apigee: "BasicAuthentication policy". Format: RFC 7617.
 */
export const basicAuthentication = definePolicy({
  element: "BasicAuthentication",
  variablePrefix: "BasicAuthentication",
  faults,

  /** Problems: OperationRequired, UserNameRequired, PasswordRequired, AssignToRequired, SourceRequired. */
  read(xml, report) {
    const operation = readOneOf(xml.child("Operation"), ["Encode", "Decode"], null, report);
    const assignTo = xml.child("AssignTo");
    if (operation === null) {
      const message = "The policy does not say whether to encode or to decode.";
      const at = xml.child("Operation") ?? xml;
      report.error("OperationRequired", at, message, "Write <Operation>Encode</Operation> or Decode.");
    }
    const source = xml.child("Source")?.text() ?? "";
    const target = assignTo?.text() ?? "";
    if (operation === "Encode" && target === "") {
      reportMissing(xml, "AssignTo", "AssignToRequired", "a variable", report);
    }
    if (operation === "Decode" && source === "") {
      reportMissing(
        xml,
        "Source",
        "SourceRequired",
        "a variable, such as request.header.Authorization",
        report,
      );
    }
    return {
      operation,
      user: readRef(xml, "User", "UserNameRequired", report),
      password: readRef(xml, "Password", "PasswordRequired", report),
      source,
      assignTo: target,
      createNew: assignTo !== undefined && readBooleanAttribute(assignTo, "createNew", false, report),
      ignoreUnresolved: readBoolean(xml.child("IgnoreUnresolvedVariables"), true, report),
    };
  },

  build({ operation, ignoreUnresolved, ...config }, { variable }) {
    const user = variable(config.user);
    const password = variable(config.password);
    const read = (flow: FlowContext, { name, get }: Variable): string => {
      const value = get(flow);
      if (value === null && !ignoreUnresolved) throw faults.unresolved(name);
      return textOf(value);
    };
    if (operation === "Encode") {
      const target = variable(config.assignTo);
      return function encode(flow) {
        const credentials = `${read(flow, user)}:${read(flow, password)}`;
        if (!config.createNew && target.get(flow) !== null) return;
        target.set(flow, `Basic ${Buffer.from(credentials).toString("base64")}`);
      };
    }
    const source = variable(config.source);
    return function decode(flow) {
      const credentials = basicCredentialsIn(read(flow, source));
      if (credentials === null) throw faults.invalidSource(source.name);
      user.set(flow, credentials.user);
      password.set(flow, credentials.password);
    };
  },
});

function readRef(xml: XmlElement, name: string, code: string, report: Report): string {
  const element = xml.child(name);
  const ref = refOf(element) ?? "";
  if (ref !== "") return ref;
  if (element === undefined || element.text() === "") {
    reportMissing(xml, name, code, 'ref="a variable"', report);
  } else {
    const message = `<${name}> has a text, and takes the name of a variable in "ref" only.`;
    report.error(code, element, message, `Write <${name} ref="…"/>.`);
  }
  return ref;
}
