import type { XmlElement } from "../documents/element.ts";
import { readBoolean } from "../documents/read.ts";
import type { Report } from "../documents/report.ts";
import { checkSslInfo, type SslInfo } from "../egress/ssl-info.ts";

/**
 * Reads an SSLInfo element. What Workers cannot do is reported at the element it is about when `inUse` says
 * of the settings that calls can go over TLS with them.
 */
export function readSslInfo(xml: XmlElement, report: Report, inUse: (info: SslInfo) => boolean): SslInfo {
  const text = (name: string) => xml.child(name)?.text() || null;
  const texts = (list: string, item: string) =>
    (xml.child(list)?.children(item) ?? []).map((element) => element.text()).filter((value) => value !== "");
  xml.child("CommonName")?.attribute("wildcardMatch");
  const info: SslInfo = {
    enabled: readBoolean(xml.child("Enabled"), false, report, "error"),
    enforce: readBoolean(xml.child("Enforce"), false, report, "error"),
    ignoreValidationErrors: readBoolean(xml.child("IgnoreValidationErrors"), false, report),
    clientAuthEnabled: readBoolean(xml.child("ClientAuthEnabled"), false, report, "error"),
    keyStore: text("KeyStore"),
    keyAlias: text("KeyAlias"),
    trustStore: text("TrustStore"),
    crlStore: text("CRLStore"),
    commonName: text("CommonName"),
    ciphers: texts("Ciphers", "Cipher"),
    protocols: texts("Protocols", "Protocol"),
  };
  if (inUse(info)) {
    for (const { severity, code, element, message, remedy } of checkSslInfo(info)) {
      report[severity](code, xml.child(element) ?? xml, message, remedy);
    }
  }
  return info;
}
