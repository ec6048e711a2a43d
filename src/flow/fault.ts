/**
 * The error state that a policy or the pipeline enters: thrown, and caught only by the runner.
 * `message` is the documented fault string and goes to the client; `cause` goes to the log only.
 */
export class Fault extends Error {
  /** The documented error code, such as `steps.assignmessage.UnresolvedVariable`. */
  readonly code: string;
  /** The HTTP status of the answer, unless a fault rule changes it. */
  readonly status: number;
  /** Whether it was raised on purpose: then continueOnError does not let the flow go on. */
  readonly isDeliberate: boolean;
  /** The policy that raised it, for the log; null for a fault of the pipeline. */
  policy: string | null = null;

  constructor(
    code: string,
    faultString: string,
    options: { status?: number; cause?: unknown; isDeliberate?: boolean } = {},
  ) {
    super(faultString, { cause: options.cause });
    this.code = code;
    this.status = options.status ?? 500;
    this.isDeliberate = options.isDeliberate ?? false;
  }

  /** Keeps the policy in which it came about first. */
  raisedBy(policy: string): this {
    this.policy ??= policy;
    return this;
  }

  /** Keeps what led to the fault, for the log. */
  causedBy(cause: unknown): this {
    this.cause = cause;
    return this;
  }

  /** The variable `fault.name`: the last part of the error code. */
  get faultName(): string {
    return this.code.slice(this.code.lastIndexOf(".") + 1);
  }

  /** The variable `fault.category`. Apigee: "What you need to know about policy errors" (taxonomy). */
  get category(): string {
    if (this.code.startsWith("steps.") || this.code.startsWith("entities.")) return "Step";
    if (this.code.startsWith("protocol.")) return "Transport";
    return this.code.startsWith("messaging.") ? "Messaging" : "System";
  }
}

/**
 * A documented error, declared beside what raises it: called with the facts that its text names, it makes the
 * fault. Apigee: "Runtime error code reference" and each policy's "Error reference".
 */
export interface FaultType<Facts extends readonly unknown[] = never> {
  (...facts: Facts): Fault;
  readonly code: string;
  readonly status: number;
}

/** Declares an error. `text` is the documented fault string. */
export function faultType<Facts extends readonly unknown[]>(
  code: string,
  status: number,
  text: (...facts: Facts) => string,
): FaultType<Facts> {
  const make = (...facts: Facts) => new Fault(code, text(...facts), { status });
  return Object.assign(make, { code, status });
}

/**
 * The default error body. Apigee: "Handling faults" (default fault response). XML is sent to a client whose
 * Accept header names XML and not JSON.
 */
export function faultBody(fault: Fault, accept: string | null): { contentType: string; text: string } {
  if (accept !== null && /[/+]xml\b/i.test(accept) && !/[/+]json\b/i.test(accept)) {
    const [faultString, errorCode] = [fault.message, fault.code].map(escapeMarkup);
    return {
      contentType: "application/xml",
      text: `<fault><faultstring>${faultString}</faultstring><detail><errorcode>${errorCode}</errorcode></detail></fault>`,
    };
  }
  const body = { fault: { faultstring: fault.message, detail: { errorcode: fault.code } } };
  return { contentType: "application/json", text: JSON.stringify(body) };
}

/** Markup escaped, and characters that XML 1.0 cannot hold left out. */
export function escapeMarkup(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
