import type { X509Certificate } from "node:crypto";
import { styleText } from "node:util";
import { onOneLine } from "../visible.ts";
import { issuerAddresses } from "./chain.ts";
import type { DomainReport } from "./check-domain.ts";
import type { SourceReport } from "./check-source.ts";
import type { Finding, WorkersVerdict } from "./finding.ts";
import { shortName } from "./names.ts";

const verdicts: Readonly<Record<WorkersVerdict, string>> = {
  never: "Workers never accept this, whatever is set.",
  after: "Workers accept it once that is done.",
  now: "Workers accept it as it is.",
};

/** What was found out about a source, for people: what is wrong and what to do, and behind it the details. */
export function formatReport({ source, domains }: SourceReport, stream: NodeJS.WriteStream): string {
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { stream });
  const lines = domains.flatMap(({ url, findings }) => [
    style("bold", `${source}  ${url}${findings.length === 0 ? "  good" : ""}`),
    ...findings.flatMap(({ severity, code, message, remedy, workers }) => [
      `  ${style(severity === "error" ? "red" : "yellow", severity)}  ${code}  ${onOneLine(message)}`,
      `      ${onOneLine(remedy)}`,
      `      ${verdicts[workers]}`,
    ]),
  ]);
  const details = domains.flatMap((domain) => detailsOf(domain));
  return `${[...lines, ...(details.length > 0 ? ["", ...details] : [])].join("\n")}\n`;
}

function detailsOf({ url, connection, certificates }: DomainReport): string[] {
  if (!connection && certificates.length === 0) return [];
  const how = connection
    ? `${connection.protocol} ${connection.cipher} with ${connection.address}`
    : "no connection";
  return [
    `${url}: ${how}`,
    ...certificates.flatMap((each, index) => [
      `  ${index + 1}. ${shortName(each.subject)}`,
      `     issued by ${shortName(each.issuer)}`,
      `     valid from ${each.validFromDate.toISOString()} to ${each.validToDate.toISOString()}`,
      ...(each.subjectAltName ? [`     for ${onOneLine(each.subjectAltName)}`] : []),
      ...issuerAddresses(each).map((address) => `     its issuer is found at ${onOneLine(address)}`),
    ]),
  ];
}

/** The same for programs. */
export function reportAsJson({ source, domains }: SourceReport): unknown {
  return {
    source,
    domains: domains.map(({ url, findings, connection, certificates }) => ({
      url,
      findings: findings.map((each: Finding) => ({ ...each })),
      connection: connection && {
        protocol: connection.protocol,
        cipher: connection.cipher,
        address: connection.address,
      },
      certificates: certificates.map(certificateAsJson),
    })),
  };
}

function certificateAsJson(certificate: X509Certificate): unknown {
  const { subject, issuer, validFromDate, validToDate, subjectAltName, fingerprint256 } = certificate;
  return {
    subject: shortName(subject),
    issuer: shortName(issuer),
    validFrom: validFromDate.toISOString(),
    validTo: validToDate.toISOString(),
    names: subjectAltName ?? null,
    fingerprint256,
    issuerAddresses: issuerAddresses(certificate),
  };
}
