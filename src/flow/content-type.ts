/** The media type of a Content-Type value, in lower case and without parameters. */
export function mediaType(contentType: string): string {
  const semicolon = contentType.indexOf(";");
  return (semicolon === -1 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase();
}

/** The codings that the platform's compression streams know. */
export function compressionFormat(coding: string): "gzip" | "deflate" | null {
  if (coding === "gzip" || coding === "x-gzip") return "gzip";
  return coding === "deflate" ? "deflate" : null;
}

/** The charset that a Content-Type value names; UTF-8 when it names none. */
export function charsetOf(contentType: string): string {
  return /;\s*charset="?([^";\s]+)/i.exec(contentType)?.[1] ?? "utf-8";
}
