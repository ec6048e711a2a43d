import { readTemplate } from "../../connections/read-template.ts";
import type { XmlElement } from "../../documents/element.ts";
import { readBoolean } from "../../documents/read.ts";
import type { Report } from "../../documents/report.ts";
import type { FlowContext } from "../../flow/context.ts";
import { ContinueAtResponse } from "../../flow/continue-at-response.ts";
import { faultType } from "../../flow/fault.ts";
import { atTheEnd } from "../../flow/finishing.ts";
import { ResponseMessage } from "../../flow/message.ts";
import { definePolicy } from "../policy-type.ts";

const faults = {
  unresolved: faultType(
    "steps.cors.UnresolvedVariable",
    500,
    (variable: string) => `Unresolved variable : ${variable}`,
  ),
};

/** The longest list of headers, in characters. */
const LONGEST_LIST = 8192;

const defaults = {
  AllowMethods: "GET, POST, HEAD, OPTIONS",
  AllowHeaders:
    "Origin, Accept, X-Requested-With, Content-Type, Access-Control-Request-Method, Access-Control-Request-Headers",
  ExposeHeaders: "",
};

/**
 * Says which sites' scripts may call the API, and answers the browser when it asks before. An origin is allowed only
 * when it is in the list, letter by letter. Apigee: "CORS policy". Format: the Fetch standard.
 */
export const cors = definePolicy({
  element: "CORS",
  variablePrefix: "cors",
  faults,

  /**
   * Problems: MissingAllowOrigins, InvalidMaxAge, InvalidHTTPMethods, AllowHeadersSizeTooLarge,
   * ExposeHeadersSizeTooLarge, InvalidTemplate, and the warnings CredentialsForAnyOrigin and
   * InvalidOrigin.
   */
  read(xml, report) {
    const origins = xml.child("AllowOrigins");
    const credentials = readBoolean(xml.child("AllowCredentials"), null, report, "error");
    if (!origins || origins.text() === "") {
      const message = "There is no <AllowOrigins>, or it is empty.";
      report.error(
        "MissingAllowOrigins",
        origins ?? xml,
        message,
        "Add <AllowOrigins> with the origins of your sites.",
      );
    }
    if (origins && credentials) warnOfCredentials(origins, report);
    if (origins) warnOfNoOrigins(origins, report);
    return {
      origins: origins ? readTemplate(origins.text(), origins, report) : "",
      methods: readMethods(xml.child("AllowMethods"), report),
      headers: readList(xml.child("AllowHeaders"), "AllowHeaders", report),
      exposed: readList(xml.child("ExposeHeaders"), "ExposeHeaders", report),
      maxAge: readMaxAge(xml.child("MaxAge"), report),
      credentials,
      answers: readBoolean(xml.child("GeneratePreflightResponse"), true, report),
      ignoreUnresolved: readBoolean(xml.child("IgnoreUnresolvedVariables"), true, report),
    };
  },

  build({ maxAge, credentials, answers, ignoreUnresolved, ...lists }, context) {
    const { policy } = context;
    const compile = (text: string) =>
      context.template(text, {
        unresolved(name) {
          if (ignoreUnresolved) return "";
          throw faults.unresolved(name);
        },
      });
    const origins = compile(lists.origins);
    const methods = compile(lists.methods);
    const headers = compile(lists.headers);
    const exposed = compile(lists.exposed);

    return function share(flow) {
      const asked = flow.request.headers;
      const origin = asked.get("origin");
      if (origin === null) return;
      const allowed = origins(flow);
      const granted = grantedOrigin(allowed, origin);
      const method = asked.get("access-control-request-method");
      const isPreflight = flow.request.verb === "OPTIONS" && method !== null;
      const always = headersOf([
        ["access-control-allow-origin", granted],
        ["access-control-allow-credentials", credentials === null ? "" : String(credentials)],
        ["access-control-expose-headers", exposed(flow)],
      ]);
      atTheEnd(flow, (answer) => finish(answer, granted === null ? [] : always));
      if (!isPreflight || !answers) {
        if (!answers) tell(flow, allowed, granted, isPreflight);
        return;
      }
      flow.response = new ResponseMessage({ status: 200 });
      if (granted !== null) {
        const asking = headersOf([
          ["access-control-allow-methods", methods(flow)],
          ["access-control-allow-headers", headers(flow)],
          ["access-control-max-age", String(maxAge)],
        ]);
        setMissing(flow.response, asking);
        // The response flow may have taken all headers away, which is usual where Apigee puts the client's there.
        atTheEnd(flow, (answer) => setMissing(answer, asking));
      }
      throw new ContinueAtResponse(policy);
    };

    /** Sets the documented variables, for the flow to answer itself. */
    function tell(flow: FlowContext, allowed: string, granted: string | null, isPreflight: boolean): void {
      const asked = flow.request.headers;
      const values = {
        "allow.credentials": credentials ?? false,
        "allow.headers": headers(flow),
        "allow.methods": methods(flow),
        "allow.origin": granted ?? "",
        "allow.origins.list": allowed,
        "expose.headers": exposed(flow),
        "max.age": maxAge,
        "preflight.accepted": isPreflight && granted !== null,
        "request.headers": asked.get("access-control-request-headers") ?? "",
        "request.method": asked.get("access-control-request-method") ?? flow.request.verb,
        "request.origin": asked.get("origin") ?? "",
        "request.type": isPreflight ? "pre_flight" : "actual",
      };
      for (const [name, value] of Object.entries(values)) {
        flow.variables.set(`cross_origin_resource_sharing.${name}`, value);
      }
    }
  },
});

/** What the answer says of an origin; null when it is not allowed. */
function grantedOrigin(allowed: string, origin: string): string | null {
  const list = allowed.split(",").map((item) => item.trim());
  if (list.includes(origin)) return origin;
  return list.includes("*") ? "*" : null;
}

/** Those that have a value, without what no header can hold. */
function headersOf(values: readonly (readonly [string, string | null])[]): [string, string][] {
  return values.flatMap(([name, value]): [string, string][] => {
    const text = (value ?? "").replace(/[^\t\x20-\x7e]+/g, " ").trim();
    return text === "" ? [] : [[name, text]];
  });
}

function setMissing(answer: ResponseMessage, values: readonly (readonly [string, string])[]): void {
  for (const [name, value] of values) if (!answer.headers.has(name)) answer.ownHeaders.set(name, value);
}

/** What the target says of origins does not count: the list is the policy's. */
function finish(answer: ResponseMessage, values: readonly (readonly [string, string])[]): void {
  for (const name of ["access-control-allow-origin", "access-control-allow-credentials"]) {
    if (answer.headers.has(name)) answer.ownHeaders.delete(name);
  }
  for (const [name, value] of values) answer.ownHeaders.set(name, value);
  // Shared caches must not give one site the answer for another.
  const vary = answer.headers.get("vary") ?? "";
  if (!/(?:^|,)\s*(?:origin|\*)\s*(?:,|$)/i.test(vary)) answer.ownHeaders.append("vary", "Origin");
}

/** Browsers send an origin in one spelling only. */
function warnOfNoOrigins(origins: XmlElement, report: Report): void {
  for (const written of origins.text().split(",")) {
    const origin = written.trim();
    const sent = origin.includes("{") || ["*", "null", ""].includes(origin) ? origin : originIn(origin);
    if (sent === origin) continue;
    const message = `No browser sends the origin ${JSON.stringify(origin)}, and so it allows nobody.`;
    const remedy =
      sent === null
        ? "Write scheme and host, such as https://www.example.com: each site of its own, without wildcards."
        : `Write ${sent}.`;
    report.warning("InvalidOrigin", origins, message, remedy);
  }
}

/** Null for what is none. */
function originIn(text: string): string | null {
  const url = text.includes("*") ? null : URL.parse(text);
  return url && url.host !== "" ? `${url.protocol}//${url.host}` : null;
}

function warnOfCredentials(origins: XmlElement, report: Report): void {
  const allowed = origins.text().split(",");
  const warn = (message: string) =>
    report.warning("CredentialsForAnyOrigin", origins, message, "List the origins that may send them.");
  if (allowed.some((origin) => origin.trim() === "*"))
    warn("Browsers send no credentials where any origin is allowed.");
  if (/\{\s*request\.header\.origin\s*\}/i.test(origins.text())) {
    warn(
      "Each origin is allowed that asks, and with credentials: any site can call the API as the user who looks at it.",
    );
  }
}

function readMethods(element: XmlElement | undefined, report: Report): string {
  const text = element?.text() || defaults.AllowMethods;
  if (!element) return text;
  const wrong = text.includes("{")
    ? []
    : text.split(",").filter((name) => !/^\s*(?:\*|[A-Za-z-]+)\s*$/.test(name));
  for (const name of wrong) {
    const message = `${JSON.stringify(name.trim())} in <AllowMethods> is no method.`;
    report.error("InvalidHTTPMethods", element, message, "Write methods with commas between them, or *.");
  }
  return readTemplate(text, element, report);
}

function readList(element: XmlElement | undefined, name: keyof typeof defaults, report: Report): string {
  const text = element?.text() || defaults[name];
  if (!element) return text;
  if (text.length > LONGEST_LIST) {
    const message = `<${name}> is longer than ${LONGEST_LIST} characters.`;
    report.error(`${name}SizeTooLarge`, element, message, "List fewer headers.");
  }
  return readTemplate(text, element, report);
}

function readMaxAge(element: XmlElement | undefined, report: Report): number {
  const text = element?.text() ?? "";
  if (!element || text === "") return 1800;
  if (/^(?:-1|\d{1,10})$/.test(text)) return Number(text);
  const message = `<MaxAge> is ${JSON.stringify(text)}, which is no number of seconds.`;
  report.error("InvalidMaxAge", element, message, "Write a number of seconds, or -1.");
  return 1800;
}
