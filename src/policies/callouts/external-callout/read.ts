import { type GoogleAuthentication, readAuthentication } from "../../../connections/read-authentication.ts";
import type { XmlElement } from "../../../documents/element.ts";
import { didYouMean } from "../../../documents/nearest.ts";
import { readBoolean } from "../../../documents/read.ts";
import { type Position, positionOf, type Report } from "../../../documents/report.ts";
import { readTimeout } from "../../parts/read-timeout.ts";

/** An ExternalCallout as configured. */
export interface ExternalCallout {
  /** For the call and the whole answer, in milliseconds. */
  readonly timeoutMs: number;
  readonly server: { readonly name: string; readonly at: Position };
  /** The ID token that calls carry; null without. */
  readonly authentication: GoogleAuthentication | null;
  /** What of the messages the server gets to see; names as in the configuration. */
  readonly sends: Readonly<Record<SentPart, boolean>>;
  /** Variables of these names, and all whose names go on with a dot, are sent. */
  readonly variablePrefixes: readonly string[];
}

const sentParts = [
  "with.request.content",
  "with.request.headers",
  "with.response.content",
  "with.response.headers",
] as const;

export type SentPart = (typeof sentParts)[number];

/**
 * Reads the policy. Reports TimeoutMsMissing, InvalidTimeoutValue, GrpcConnectionMissing, ServerNameMissing,
 * UnknownProperty, InvalidBoolean and InvalidFlowVariable, and what `readAuthentication` reports.
 */
export function readExternalCallout(xml: XmlElement, report: Report): ExternalCallout {
  const configurations = xml.child("Configurations");
  const authentication = xml.child("GrpcConnection")?.child("Authentication");
  return {
    timeoutMs: readRequiredTimeout(xml, report),
    server: readServer(xml, report),
    authentication: authentication
      ? readAuthentication(authentication, report, { accessTokens: false })
      : null,
    sends: readSentParts(configurations?.children("Property") ?? [], report),
    variablePrefixes: readPrefixes(configurations?.children("FlowVariable") ?? [], report),
  };
}

function readRequiredTimeout(xml: XmlElement, report: Report): number {
  const element = xml.child("TimeoutMs");
  if (!element?.text()) {
    report.error(
      "TimeoutMsMissing",
      element ?? xml,
      "<TimeoutMs> is missing.",
      "Add how many milliseconds the gRPC server has for its answer, such as <TimeoutMs>5000</TimeoutMs>.",
    );
  }
  return readTimeout(element, report) ?? 0;
}

function readServer(xml: XmlElement, report: Report): ExternalCallout["server"] {
  const connection = xml.child("GrpcConnection");
  const server = connection?.child("Server");
  const name = server?.attribute("name")?.trim() ?? "";
  if (connection === undefined) {
    report.error(
      "GrpcConnectionMissing",
      xml,
      "<GrpcConnection> is missing.",
      'Name the gRPC server: <GrpcConnection><Server name="NAME"/></GrpcConnection>.',
    );
  } else if (name === "") {
    report.error(
      "ServerNameMissing",
      server ?? connection,
      "<GrpcConnection> names no server.",
      'Add <Server name="NAME"/> with the name of a target server.',
    );
  }
  return { name, at: positionOf(server ?? xml) };
}

/** A property that is there twice counts the last time, and one that is not there is false. */
function readSentParts(properties: readonly XmlElement[], report: Report): ExternalCallout["sends"] {
  const sends: Record<SentPart, boolean> = {
    "with.request.content": false,
    "with.request.headers": false,
    "with.response.content": false,
    "with.response.headers": false,
  };
  for (const property of properties) {
    const name = property.attribute("name")?.trim() ?? "";
    const part = sentParts.find((known) => known === name);
    if (part) sends[part] = readBoolean(property, false, report);
    else {
      report.warning(
        "UnknownProperty",
        property,
        `The property "${name}" is not known here and has no effect.`,
        didYouMean(name, sentParts, `write one of: ${sentParts.join(", ")}.`),
      );
    }
  }
  return sends;
}

function readPrefixes(elements: readonly XmlElement[], report: Report): string[] {
  return elements.flatMap((element) => {
    const prefix = element.text();
    if (/^[^\s{}.]+(?:\.[^\s{}.]+)*$/.test(prefix)) return prefix;
    report.warning(
      "InvalidFlowVariable",
      element,
      `"${prefix}" is not the beginning of a variable's name, so no variable is sent for it.`,
      "Write a variable's name, or its first parts, without braces: accesscontrol or a.b.c.",
    );
    return [];
  });
}
