import type { IncomingHttpHeaders } from "node:http";
import { Metadata } from "@grpc/grpc-js";

/** Headers that concern one hop of HTTP or the protocol that the bridge undoes. */
const ownHeaders =
  /^(?::.*|host|connection|date|keep-alive|te|trailer|transfer-encoding|upgrade|expect|proxy-.*|content-.*|accept.*|user-agent|x-user-agent|x-grpc-web|grpc-.*|connect-.*)$/;

/** The metadata of a call from the headers of its request; values with the suffix -bin are base64. */
export function metadataOf(headers: IncomingHttpHeaders): Metadata {
  const metadata = new Metadata();
  for (const [name, given] of Object.entries(headers)) {
    if (given === undefined || ownHeaders.test(name)) continue;
    for (const value of Array.isArray(given) ? given : [given]) addHeader(metadata, name, value);
  }
  return metadata;
}

function addHeader(metadata: Metadata, name: string, value: string): void {
  if (name.endsWith("-bin")) {
    for (const item of value.split(",")) metadata.add(name, Buffer.from(item.trim(), "base64"));
  } else if (/^[0-9a-z_.-]+$/.test(name) && /^[ -~]*$/.test(value)) {
    // Anything else is not for gRPC, whose metadata is ASCII: HTTP proxies add such headers.
    metadata.add(name, value);
  }
}

/** Metadata as header lines, names prefixed; without what concerns the connection to the native server. */
export function headerLines(metadata: Metadata, prefix = ""): [name: string, value: string][] {
  const names = Object.keys(metadata.toJSON());
  const kept = names.filter((name) => name === "grpc-status-details-bin" || !ownHeaders.test(name));
  return kept.flatMap((name) =>
    metadata
      .get(name)
      .map((value): [string, string] => [
        prefix + name,
        typeof value === "string" ? value : value.toString("base64").replace(/=+$/, ""),
      ]),
  );
}
