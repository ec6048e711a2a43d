import { remedyFor } from "../../../connections/expression-remedy.ts";
import { readSslInfo } from "../../../connections/read-ssl-info.ts";
import type { XmlElement } from "../../../documents/element.ts";
import { readBoolean } from "../../../documents/read.ts";
import type { Report } from "../../../documents/report.ts";
import { compileDateFormat, type Print } from "../../../expression/functions/date-format.ts";
import { ExpressionError } from "../../../expression/value.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { firstBytes } from "../../../text/first-bytes.ts";
import type { PolicyContext } from "../../policy-type.ts";
import { DELIVERY_TIMEOUT_MS, LONGEST_MESSAGE, type LogLevel } from "./log-level.ts";
import { buildMessage, type LoggedMessage, readMessage } from "./message.ts";

/** The element Syslog. */
export interface Syslog {
  readonly kind: "syslog";
  /** A name or an address, that of IPv6 in brackets. */
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
  readonly message: LoggedMessage;
  /** What stands before the message: a header of RFC 5424; its priority, the date and the level; or nothing. */
  readonly header: "formatted" | "plain" | "none";
  /** As SimpleDateFormat; null for that of the header. */
  readonly dateFormat: string | null;
}

/** Some receivers take a zero for the end of a line, too. RFC 6587, section 3.4.2. */
const LINE_ENDS = /[\r\n\0]+/g;

/** How dates are written without DateFormat; without FormatMessage as Java prints them. */
const dateFormats = { formatted: "yyyy-MM-dd'T'HH:mm:ss.SSSZ", plain: "EEE MMM dd HH:mm:ss zzz yyyy" };

/** Severities of RFC 5424, of the facility "user-level messages". */
const priorities = { ALERT: 8 + 1, ERROR: 8 + 3, WARN: 8 + 4, INFO: 8 + 6 } as const;

/** Problems: MessageMissing, InvalidHost, InvalidPort, InvalidProtocol, UDPNotSupported, InvalidDateFormat, and those of SSLInfo. */
export function readSyslog(xml: XmlElement, report: Report): Syslog {
  xml.child("Message")?.attribute("contentType");
  const sslInfo = xml.child("SSLInfo");
  const isSecure = sslInfo ? readSslInfo(sslInfo, report, ({ enabled }) => enabled).enabled : false;
  checkProtocol(xml, isSecure, report);
  const isFormatted = readBoolean(xml.child("FormatMessage"), false, report);
  const isBare = readBoolean(xml.child("PayloadOnly"), false, report);
  return {
    kind: "syslog",
    host: readHost(xml, report),
    port: readPort(xml.child("Port"), report),
    isSecure,
    message: readMessage(xml, report),
    header: isBare ? "none" : isFormatted ? "formatted" : "plain",
    dateFormat: readDateFormat(xml, report),
  };
}

function readHost(xml: XmlElement, report: Report): string {
  const element = xml.child("Host");
  const text = element?.text() || "localhost";
  const host = /^[^[]*:[^[]*:/.test(text) ? `[${text}]` : text;
  const url = URL.parse(`http://${host}`);
  if (url?.hostname !== host.toLowerCase()) {
    const message = `<Host> is "${text}", which is neither a name nor an address.`;
    report.error(
      "InvalidHost",
      element ?? xml,
      message,
      "Write the host alone; its port belongs into <Port>.",
    );
  }
  return host;
}

function readPort(element: XmlElement | undefined, report: Report): number {
  const text = element?.text() ?? "";
  if (element === undefined || text === "") return 514;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) {
    report.error(
      "InvalidPort",
      element,
      `The port "${text}" is not valid.`,
      "Write a number from 1 to 65535.",
    );
  }
  return port;
}

function checkProtocol(xml: XmlElement, isSecure: boolean, report: Report): void {
  const element = xml.child("Protocol");
  const protocol = (element?.text() || "UDP").toUpperCase();
  if (protocol === "TCP") return;
  if (protocol !== "UDP") {
    const message = `The protocol "${element?.text()}" is not valid.`;
    report.error("InvalidProtocol", element ?? xml, message, "Write <Protocol>TCP</Protocol>.");
  } else if (isSecure) {
    const message = "Only TCP can be used over TLS, and the protocol is UDP.";
    report.error("InvalidProtocol", element ?? xml, message, "Write <Protocol>TCP</Protocol>.");
  } else {
    report.error(
      "UDPNotSupported",
      element ?? xml,
      element
        ? "Workers send no UDP."
        : "Without <Protocol> syslog goes over UDP, which Workers do not send.",
      "Write <Protocol>TCP</Protocol>; the server must listen there, too.",
    );
  }
}

function readDateFormat(xml: XmlElement, report: Report): string | null {
  const element = xml.child("DateFormat");
  const format = element?.text() ?? "";
  if (element === undefined || format === "") return null;
  try {
    compileDateFormat(format);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const remedy = remedyFor(error, `Write letters of SimpleDateFormat, as in ${dateFormats.formatted}.`);
    report.error("InvalidDateFormat", element, error.message, remedy);
  }
  return format;
}

/** The URL that the egress policy must allow. */
export function syslogUrl({ isSecure, host, port }: Syslog): string {
  return `${isSecure ? "https" : "http"}://${host}:${port}`;
}

/**
 * Compiles the sending of a line to a syslog server, over a connection of its own. A line ends with a line break, so
 * those within, and zeros, become spaces: nobody can write another line. Formats: RFC 5424; RFC 6587, section 3.4.2.
 *
 * @returns rejects with EgressError; throws at once when the line cannot be put together
 */
export function buildSyslog(
  config: Syslog,
  level: LogLevel,
  context: PolicyContext<"egress">,
): (flow: FlowContext) => Promise<void> {
  const { host, port, isSecure } = config;
  const { egress, origin } = context;
  const message = buildMessage(config.message, context);
  const header = buildHeader(config, level);
  return (flow) => {
    const text = firstBytes(message(flow).replace(LINE_ENDS, " "), LONGEST_MESSAGE);
    const bytes = new TextEncoder().encode(`${header(flow)}${text}\n`);
    const line = { host, port, isSecure, bytes, timeoutMs: DELIVERY_TIMEOUT_MS, by: origin };
    return egress.deliver(line, flow.exchange);
  };
}

function buildHeader({ header, dateFormat }: Syslog, level: LogLevel): (flow: FlowContext) => string {
  if (header === "none") return () => "";
  const priority = `<${priorities[level]}>`;
  const print: Print = compileDateFormat(dateFormat ?? dateFormats[header]);
  return ({ exchange }) => {
    const date = print(new Date(exchange.now()));
    return header === "plain"
      ? `${priority}${date}${level}: `
      : `${priority}1 ${date} ${exchange.id} Apigee - - - `;
  };
}
