import { mediaType } from "../../../flow/content-type.ts";
import type { FlowContext } from "../../../flow/context.ts";
import type { FaultType } from "../../../flow/fault.ts";
import { Message } from "../../../flow/message.ts";
import type { PolicyContext } from "../../policy-type.ts";

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

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The payload as text; null when it is not UTF-8, whatever charset it claims: it would mean one thing here and
 * another to whoever gets it.
 */
export function strictContent({ body }: Message): string | null {
  if (typeof body.source === "string") return body.source;
  try {
    return strictUtf8.decode(body.bytes);
  } catch {
    return null;
  }
}

/** Whether a message says that it holds JSON. */
export function isJson({ contentType }: Message): boolean {
  return /^application\/(?:json|[^/]+\+json)$/.test(mediaType(contentType));
}

/** Whether a message says that it holds XML. */
export function isXml({ contentType }: Message): boolean {
  return /^(?:text\/xml|application\/(?:xml|[^/]+\+xml))$/.test(mediaType(contentType));
}
