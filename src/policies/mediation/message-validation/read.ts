import type { XmlElement } from "../../../documents/element.ts";
import type { Report } from "../../../documents/report.ts";
import type { ExpectedDocument, QualifiedName } from "./expected-document.ts";

/** What a policy says. */
export interface MessageValidationConfig {
  /** The variable of the message. */
  readonly source: string;
  /** What the message has to be; null when it has to be well-formed, and nothing more. */
  readonly expected: ExpectedDocument | null;
}

const ENVELOPES: ReadonlyMap<string, string> = new Map([
  ["1.1", "http://schemas.xmlsoap.org/soap/envelope/"],
  ["1.2", "http://www.w3.org/2003/05/soap-envelope"],
]);

/** The namespace of an `<Element>` that names none. */
const DEFAULT_NAMESPACE = "http://sample.com";

const INSTEAD_OF_A_SCHEMA =
  "Have a service check the message before it goes on, with a ServiceCallout or an ExternalCallout, or write the checks as a Javascript policy. Without <ResourceURL> this policy checks the version of SOAP, the names of <Element> and that the message is well-formed.";

/**
 * Reads the policy. Reports InvalidResourceType, RootElementNameUnspecified and InvalidRootElementName as Apigee does;
 * SchemaUnsupported for a schema, which is never skipped; InvalidSOAPVersion; ExampleElement; InvalidValue for an empty ResourceURL.
 */
export function readMessageValidation(xml: XmlElement, report: Report): MessageValidationConfig {
  refuseSchema(xml.child("ResourceURL"), report);
  const soap = xml.child("SOAPMessage");
  const elements = xml.children("Element").map((element) => readElement(element, report));
  const envelopes = soap ? readVersion(soap, report) : null;
  return {
    source: xml.child("Source")?.text() || "message",
    expected: soap || elements.length > 0 ? { envelopes, elements } : null,
  };
}

function refuseSchema(element: XmlElement | undefined, report: Report): void {
  if (!element) return;
  const url = element.text();
  if (url === "") {
    const message = "<ResourceURL> is empty, and no schema counts.";
    report.warning(
      "InvalidValue",
      element,
      message,
      "Remove it, or have the schema checked in another policy.",
    );
    return;
  }
  const type = /^\w+(?=:\/\/)/.exec(url)?.[0] ?? url;
  if (type !== "xsd" && type !== "wsdl") {
    const message = `Invalid Resource Type ${type}. It should be xsd or wsdl.`;
    report.error("InvalidResourceType", element, message, INSTEAD_OF_A_SCHEMA);
    return;
  }
  report.error(
    "SchemaUnsupported",
    element,
    `${url} cannot be checked: there is no validator for ${type === "xsd" ? "XML schemas" : "WSDL"} that runs in a Worker without making code at run time.`,
    INSTEAD_OF_A_SCHEMA,
  );
}

function readVersion(soap: XmlElement, report: Report): readonly string[] {
  const written = soap.attribute("version")?.trim() || "1.1/1.2";
  const versions = written.split("/").map((version) => ENVELOPES.get(version.trim()));
  const known = versions.filter((version) => version !== undefined);
  if (known.length < versions.length) {
    const message = `The attribute "version" of <SOAPMessage> is "${written}".`;
    report.error("InvalidSOAPVersion", soap, message, "Write 1.1, 1.2 or 1.1/1.2.");
  }
  return known;
}

function readElement(element: XmlElement, report: Report): QualifiedName {
  const name = element.text();
  if (name === "") {
    const message = "RootElement name is not specified";
    report.error("RootElementNameUnspecified", element, message, "Write its name into <Element>.");
  } else if (!/^[\p{L}_][\p{L}\p{N}\p{M}_.·-]*$/u.test(name)) {
    const message = `RootElement name ${name} is invalid`;
    const remedy = 'Write its name without prefix, and its namespace into namespace="…".';
    report.error("InvalidRootElementName", element, message, remedy);
  }
  const namespace = element.attribute("namespace")?.trim() ?? DEFAULT_NAMESPACE;
  if (namespace === DEFAULT_NAMESPACE && name === "SampleObject") {
    const message = "SampleObject is the example of Apigee's console, and other messages are refused.";
    report.warning("ExampleElement", element, message, "Write the name of your own messages, or remove it.");
  }
  return { namespace, name };
}
