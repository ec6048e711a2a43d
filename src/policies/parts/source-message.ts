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

/**
 * The payload as text; null when it is not UTF-8, whatever charset it claims: it would mean one thing here and
 * another to whoever gets it.
 */
export function strictContent({ body }: Message): string | null {
  return typeof body.source === "string" ? body.source : decodeUtf8(body.bytes, "keep");
}

/** Whether a message says that it holds JSON. */
export function isJson({ contentType }: Message): boolean {
  return /^application\/(?:json|[^/]+\+json)$/.test(mediaType(contentType));
}

/** Whether a message says that it holds XML. */
export function isXml({ contentType }: Message): boolean {
  return /^(?:text\/xml|application\/(?:xml|[^/]+\+xml))$/.test(mediaType(contentType));
}
