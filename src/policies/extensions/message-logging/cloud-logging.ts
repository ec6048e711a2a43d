import { readTemplate } from "../../../connections/read-template.ts";
import type { XmlElement } from "../../../documents/element.ts";
import { type Position, positionOf, type Report } from "../../../documents/report.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { firstBytes } from "../../../text/first-bytes.ts";
import { readRequired } from "../../parts/required.ts";
import type { PolicyContext, Text } from "../../policy-type.ts";
import { NotLogged } from "./deliveries.ts";
import { DELIVERY_TIMEOUT_MS, LONGEST_MESSAGE, type LogLevel } from "./log-level.ts";
import { buildMessage, type LoggedMessage, readMessage } from "./message.ts";

/** The element CloudLogging. Texts are message templates, except `url`. */
export interface CloudLogging {
  readonly kind: "cloudLogging";
  readonly at: Position;
  /** Of `entries:write`. */
  readonly url: string;
  readonly logName: string;
  readonly message: LoggedMessage;
  /** Whether the message is sent as JSON, when it is an object. */
  readonly isJson: boolean;
  readonly labels: readonly Label[];
  readonly resourceType: string;
  readonly resourceLabels: readonly Label[];
}

interface Label {
  readonly key: string;
  readonly value: string;
}

/** Where Google's API is. */
export const CLOUD_LOGGING = "https://logging.googleapis.com";

const SCOPE = "https://www.googleapis.com/auth/logging.write";

/** What Cloud Logging takes: labels of an entry, and bytes of a name; of a label's value it would take more. */
const MOST_LABELS = 64;
const LONGEST_NAME = 512;

/** How Cloud Logging calls the levels. */
const severities = { INFO: "INFO", ALERT: "ALERT", WARN: "WARNING", ERROR: "ERROR" } as const;

/** Problems: LogNameMissing, MessageMissing, LabelKeyMissing, TooManyLabels, InvalidEndpoint, and the warning InvalidLogName. */
export function readCloudLogging(xml: XmlElement, report: Report): CloudLogging {
  const name = readRequired(
    xml,
    "LogName",
    "LogNameMissing",
    "projects/{organization.name}/logs/NAME",
    report,
  );
  const logName = readTemplate(name, xml.child("LogName") ?? xml, report);
  checkLogName(logName, xml, report);
  const type = xml.child("Message")?.attribute("contentType") ?? "";
  const resourceType = xml.child("ResourceType");
  return {
    kind: "cloudLogging",
    at: positionOf(xml),
    url: `${readEndpoint(xml.child("Endpoint"), report)}/v2/entries:write`,
    logName,
    message: readMessage(xml, report),
    isJson: /^\s*application\/(?:[^;]+\+)?json\b/i.test(type),
    labels: readLabels(xml.child("Labels"), report),
    resourceType: resourceType ? readTemplate(resourceType.text(), resourceType, report) || "api" : "api",
    resourceLabels: readLabels(xml.child("ResourceLabels"), report),
  };
}

function checkLogName(name: string, xml: XmlElement, report: Report): void {
  if (name === "" || name.includes("{") || /^[a-zA-Z]+\/[^/]+\/logs\/./.test(name)) return;
  const message = `"${name}" does not name a log; Cloud Logging will refuse the line.`;
  report.warning("InvalidLogName", xml.child("LogName") ?? xml, message, "Write projects/PROJECT/logs/NAME.");
}

/** An origin of https; a token goes there. */
function readEndpoint(element: XmlElement | undefined, report: Report): string {
  const text = element?.text() ?? "";
  if (element === undefined || text === "") return CLOUD_LOGGING;
  const url = URL.parse(text.includes("://") ? text : `https://${text}`);
  if (url?.protocol === "https:" && url.href === `${url.origin}/`) return url.origin;
  const message = `<Endpoint> is "${text}", which is no address of the Cloud Logging API.`;
  report.error("InvalidEndpoint", element, message, `Write a host, or remove it for ${CLOUD_LOGGING}.`);
  return CLOUD_LOGGING;
}

function readLabels(element: XmlElement | undefined, report: Report): Label[] {
  const elements = element?.children("Label") ?? [];
  const extra = elements[MOST_LABELS];
  if (extra !== undefined) {
    const message = `There are ${elements.length} labels, and an entry has at most ${MOST_LABELS}.`;
    report.error("TooManyLabels", extra, message, "Put the rest into the message.");
  }
  return elements.map((label) => {
    const text = (name: string) => {
      const child = label.child(name);
      return child ? readTemplate(child.text(), child, report) : "";
    };
    const key = text("Key");
    if (key === "") {
      report.error("LabelKeyMissing", label, "The label has no <Key>.", "Add <Key> with its name.");
    }
    return { key, value: text("Value") };
  });
}

/**
 * Compiles the writing of an entry as the bundle's service account. Google: "Method: entries.write".
 * @returns rejects with EgressError, TokenError or NotLogged; throws at once when a text cannot be put together
 */
export function buildCloudLogging(
  config: CloudLogging,
  level: LogLevel,
  context: PolicyContext<"egress" | "google">,
): (flow: FlowContext) => Promise<void> {
  const { egress, origin } = context;
  const identity = context.google.identity(config.at);
  const tokens = identity.source({ kind: "access", scopes: [SCOPE], lifetime: 3600 });
  const entryOf = buildEntry(config, level, context);

  async function write(entry: string, { exchange }: FlowContext): Promise<void> {
    const value = await exchange.within(DELIVERY_TIMEOUT_MS, Promise.resolve(tokens.get(exchange)));
    const headers = new Headers({ "content-type": "application/json", authorization: value });
    const call = {
      url: config.url,
      method: "POST",
      headers,
      body: entry,
      timeoutMs: DELIVERY_TIMEOUT_MS,
      outlivesClient: true,
      by: origin,
    };
    const answer = await egress.send(call, exchange);
    answer.body?.cancel().catch(() => {});
    if (!answer.ok) throw new NotLogged(refused(answer.status, identity.account));
  }
  // Put together before anything waits, so that the flow may go on.
  return (flow) => write(`{"entries":[${entryOf(flow)}]}`, flow);
}

function refused(status: number, account: string): string {
  const advice = status === 403 ? ` ${account} needs the role Logs Writer (roles/logging.logWriter).` : "";
  return `Cloud Logging answered ${status}.${advice}`;
}

function buildEntry(
  config: CloudLogging,
  level: LogLevel,
  context: PolicyContext<"egress" | "google">,
): (flow: FlowContext) => string {
  const logName = context.template(config.logName);
  const message = buildMessage(config.message, context);
  const resourceType = context.template(config.resourceType);
  const labels = buildLabels(config.labels, context);
  const resourceLabels = buildLabels(config.resourceLabels, context);
  return (flow) => {
    const fields = JSON.stringify({
      logName: encodedLogName(named(logName(flow))),
      severity: severities[level],
      timestamp: new Date(flow.exchange.now()).toISOString(),
      resource: { type: named(resourceType(flow)), ...(resourceLabels && { labels: resourceLabels(flow) }) },
      ...(labels && { labels: labels(flow) }),
    });
    const text = firstBytes(message(flow), LONGEST_MESSAGE).toWellFormed();
    return `${fields.slice(0, -1)},${config.isJson && isJsonObject(text) ? `"jsonPayload":${text}` : `"textPayload":${JSON.stringify(text)}`}}`;
  };
}

function buildLabels(
  labels: readonly Label[],
  context: PolicyContext,
): ((flow: FlowContext) => Record<string, string>) | null {
  if (labels.length === 0) return null;
  const compiled = labels.map(({ key, value }): [Text, Text] => [
    context.template(key),
    context.template(value),
  ]);
  return (flow) => Object.fromEntries(compiled.map(([key, value]) => [named(key(flow)), named(value(flow))]));
}

/** A name as Cloud Logging takes it. */
function named(text: string): string {
  return firstBytes(text.trim(), LONGEST_NAME).toWellFormed();
}

/** A slash in the last part has to be encoded. */
function encodedLogName(name: string): string {
  const [, parent, id] = /^([^/]+\/[^/]+\/logs\/)(.+)$/s.exec(name) ?? [];
  return parent === undefined || id === undefined ? name : parent + id.replaceAll("/", "%2F");
}

/** The only JSON that an entry can hold. */
function isJsonObject(text: string): boolean {
  if (!/^\s*\{/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
