import { mediaType } from "../../flow/content-type.ts";
import type { FlowContext } from "../../flow/context.ts";
import type { FaultType } from "../../flow/fault.ts";
import { Message } from "../../flow/message.ts";
import { decodeUtf8 } from "../../text/utf8.ts";
import type { PolicyContext } from "../policy-type.ts";

/** The faults of a source that cannot be looked into. */
export interface SourceFaults {
  readonly unavailable: FaultType<[policy: string, source: string]>;
  readonly noMessage: FaultType<[policy: string, source: string]>;
}

/** Compiles the message that a policy looks into, and declares that its body is read. */
export function compileSourceMessage(
  source: string,
  faults: SourceFaults,
  { policy, variable, readsContentOf }: PolicyContext,
): (flow: FlowContext) => Message {
  readsContentOf(source);
  const { get } = variable(source);
  return (flow) => {
    const value = get(flow);
    if (value === null) throw faults.unavailable(policy, source);
    if (!(value instanceof Message)) throw faults.noMessage(policy, source);
    return value;
  };
}

/** Charsets in which markup is ASCII, as it is in UTF-8: whoever reads one in another's place finds the same structure. */
const ASCII_LIKE = /^(?:utf-?8|(?:us-)?ascii|iso-8859-\d{1,2}|latin-?1|windows-125\d)$/i;

const CHARSET_PARAMETER = /;\s*charset\s*=\s*["']?([^"';,\s]*)/gi;

/** What an XML document says about its bytes. */
const XML_ENCODING = /^\uFEFF?<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)/g;

/**
 * The payload as text; null when it streams through unread, is not UTF-8, or claims a charset in which the same bytes
 * have another structure, such as UTF-7: it would mean one thing here and another to whoever gets it.
 */
export function strictContent({ body, contentType }: Message): string | null {
  if (body.isOpaque) return null;
  const text = typeof body.source === "string" ? body.source : decodeUtf8(body.bytes, "keep");
  if (text === null) return null;
  const claims = [...contentType.matchAll(CHARSET_PARAMETER), ...text.matchAll(XML_ENCODING)];
  return claims.every(([, charset = ""]) => ASCII_LIKE.test(charset)) ? text : null;
}

/** Whether a message says that it holds JSON. */
export function isJson(message: Message): boolean {
  return hasType(message, /^application\/(?:json|[^/]+\+json)$/);
}

/** Whether a message says that it holds XML. */
export function isXml(message: Message): boolean {
  return hasType(message, /^(?:text\/xml|application\/(?:xml|[^/]+\+xml))$/);
}

/** Whether a message says that it holds a form. */
export function isForm(message: Message): boolean {
  return hasType(message, /^application\/x-www-form-urlencoded$/);
}

/** Of a Content-Type that came more than once each counts: which of them others go by is not known. */
function hasType({ contentType }: Message, type: RegExp): boolean {
  return contentType.split(",").some((written) => type.test(mediaType(written)));
}
