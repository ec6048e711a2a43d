import type { OutboundCall } from "../call.ts";
import { EgressError } from "../error.ts";
import { defaultPorts } from "../rule.ts";
import { answerLength, type CountedCalls, type Counts, counted, sentLength } from "./bytes.ts";
import type { AuditPlatform, AuditRecord, AuditSink, CallOrigin } from "./record.ts";

/** What is known of a call when it begins. */
export interface BegunCall {
  readonly method: string;
  readonly host: string;
  readonly port: number | null;
  readonly by: CallOrigin | string;
}

/** How a call ended. */
export interface CallEnd {
  readonly status: number | null;
  /** What it failed with; null when it did not. */
  readonly error: unknown;
  readonly bytesSent: number | null;
  readonly bytesReceived: number | null;
}

/** Makes a record of each call and hands it to the environment's destination. */
export class CallRecorder {
  readonly #sink: AuditSink;
  readonly #environment: string;
  readonly #platform: AuditPlatform;

  constructor(sink: AuditSink, environment: string, platform: AuditPlatform) {
    this.#sink = sink;
    this.#environment = environment;
    this.#platform = platform;
  }

  /**
   * Settles as the call does, with its record written. A record waits for the end of the answer's body only
   * where the call has a {@link CountedCalls}.
   * @param send sends the call that it gets, which is this one with a body that is counted
   */
  async record(call: OutboundCall, send: (call: OutboundCall) => Promise<Response>): Promise<Response> {
    const { counts } = call;
    const begun = begunBy(call);
    const time = this.#platform.now();
    const sent: Counts = { bytes: sentLength(call) };
    const sending = send(
      counts && call.body instanceof ReadableStream ? countingBody(call, call.body, sent) : call,
    );
    // A client that leaves must not take the record along.
    this.#platform.waitUntil(sending.catch(() => {}));
    let answer: Response;
    try {
      answer = await sending;
    } catch (error) {
      this.#write(time, begun, { status: null, error, bytesSent: sent.bytes, bytesReceived: null });
      throw error;
    }
    const { status } = answer;
    const received: Counts = { bytes: answerLength(answer, call.method) };
    const finish = (error: unknown = null) =>
      this.#write(time, begun, { status, error, bytesSent: sent.bytes, bytesReceived: received.bytes });
    if (!counts || received.bytes !== null || answer.body === null) {
      finish();
      return answer;
    }
    return new Response(counted(answer.body, received, counts.opened(finish)), answer);
  }

  /** Begins the record of something that is no HTTP call, such as a raw socket; what comes back ends it. */
  begin(begun: BegunCall): (end: CallEnd) => void {
    const time = this.#platform.now();
    return (end) => this.#write(time, begun, end);
  }

  #write(time: number, { method, host, port, by }: BegunCall, end: CallEnd): void {
    const { now, uuid } = this.#platform;
    const origin = typeof by === "string" ? gateway(by) : by;
    const error = end.error === null ? null : kindOf(end.error);
    this.#hand({
      time: new Date(time).toISOString(),
      connection_id: uuid(),
      response_flags: error !== null && neverLeft.has(error) ? "failed" : "success",
      method: method.toUpperCase(),
      destination_host: host,
      destination_port: port,
      status: end.status,
      error,
      duration_ms: now() - time,
      bytes_sent: end.bytesSent,
      bytes_received: end.bytesReceived,
      metadata: {
        network_type: "direct",
        environment: this.#environment,
        kind: origin.kind,
        name: origin.name,
        proxy: origin.proxy,
        source: origin.source,
        user: origin.user,
      },
    });
  }

  #hand(record: AuditRecord): void {
    const fail = (thrown: unknown) => {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      this.#platform.log({ level: "error", event: "audit.failed", reason, record });
    };
    try {
      const writing = this.#sink(record);
      if (writing instanceof Promise) this.#platform.waitUntil(writing.catch(fail));
    } catch (thrown) {
      fail(thrown);
    }
  }
}

/** Kinds of errors of calls that nothing was sent of. */
const neverLeft: ReadonlySet<string> = new Set(["refused", "invalid", "unreachable", "noActiveTargets"]);

function kindOf(error: unknown): string {
  return error instanceof EgressError ? error.kind : "closed";
}

function gateway(name: string) {
  return { kind: "gateway", name, proxy: null, source: null, user: null } as const;
}

function begunBy({ url, method, by }: OutboundCall): BegunCall {
  const { protocol = "", hostname = "", port = "" } = URL.parse(url) ?? {};
  return { method, host: hostname, port: port === "" ? (defaultPorts[protocol] ?? null) : Number(port), by };
}

/** The call with a body that is counted while it is sent, or held to the length that its headers say. */
function countingBody(call: OutboundCall, body: ReadableStream, sent: Counts): OutboundCall {
  return {
    ...call,
    body:
      sent.bytes === null
        ? counted(body, sent, () => {})
        : body.pipeThrough(new FixedLengthStream(sent.bytes)),
  };
}
