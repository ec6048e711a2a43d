import {
  type ChannelCredentials,
  Client,
  type Metadata,
  Metadata as NoMetadata,
  type StatusObject,
  status,
} from "@grpc/grpc-js";

/** How one call to the native server ended. */
export interface CallResult {
  /** The metadata that came before the message. */
  readonly header: Metadata;
  /** Null when the status is not OK. */
  readonly message: Buffer | null;
  /** Code, text and the metadata that came after the message. */
  readonly status: StatusObject;
}

/** What the bridge asks of the native server. */
export interface NativeCall {
  /** `/package.Service/Method` */
  readonly path: string;
  readonly message: Buffer;
  readonly metadata: Metadata;
  /** Milliseconds; undefined without a deadline. */
  readonly timeoutMs: number | undefined;
}

/** A gRPC server over HTTP/2, called without knowing its services: messages are bytes. */
export class NativeServer {
  readonly #client: Client;

  /** @param maxMessageBytes in either direction */
  constructor(authority: string, credentials: ChannelCredentials, maxMessageBytes: number) {
    this.#client = new Client(authority, credentials, {
      "grpc.max_receive_message_length": maxMessageBytes,
      "grpc.max_send_message_length": maxMessageBytes,
    });
  }

  /**
   * Calls and resolves with how it ended, whatever the status. Aborting cancels the call.
   *
   * The library's own unary call never ends when the server sends a second message; this one reads on.
   */
  call({ path, message, metadata, timeoutMs }: NativeCall, signal: AbortSignal): Promise<CallResult> {
    const { promise, resolve } = Promise.withResolvers<CallResult>();
    const options = timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
    const call = this.#client.makeServerStreamRequest(path, same, same, message, metadata, options);
    let header = new NoMetadata();
    let answer: Buffer | null = null;
    let ended: StatusObject | null = null;
    call.on("metadata", (received) => {
      header = received;
    });
    call.on("data", (received: Buffer) => {
      if (answer !== null) {
        resolve({
          ...refusal(status.UNIMPLEMENTED, "the server answered with more than one message"),
          header,
        });
        call.cancel();
      }
      answer = received;
    });
    // The status says the same, and comes after it.
    call.on("error", () => {});
    call.on("status", (received) => {
      ended = readable(received);
      if (ended.code !== status.OK) resolve({ header, message: null, status: ended });
    });
    call.on("end", () => {
      if (ended?.code !== status.OK) return;
      if (answer !== null) resolve({ header, message: answer, status: ended });
      else resolve({ ...refusal(status.UNIMPLEMENTED, "the server answered without a message"), header });
    });
    signal.addEventListener("abort", () => call.cancel(), { once: true });
    return promise;
  }

  /** Whether a connection can be made within `ms`. */
  isReachable(ms: number): Promise<boolean> {
    return new Promise((resolve) => this.#client.waitForReady(Date.now() + ms, (error) => resolve(!error)));
  }

  close(): void {
    this.#client.close();
  }
}

/** The library has no code for some answers that it cannot read, such as one compressed in a way that it does not know. */
function readable({ code, details, metadata }: Partial<StatusObject>): StatusObject {
  return {
    code: code ?? status.INTERNAL,
    details:
      details ??
      "the answer of the server cannot be decoded: is it compressed in a way that nobody asked for?",
    metadata: metadata ?? new NoMetadata(),
  };
}

const same = (bytes: Buffer): Buffer => bytes;

/** An error that the bridge itself answers with. */
export function refusal(code: status, details: string): CallResult {
  return { header: new NoMetadata(), message: null, status: { code, details, metadata: new NoMetadata() } };
}
