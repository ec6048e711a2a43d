import {
  type ChannelCredentials,
  Client,
  type Metadata,
  Metadata as NoMetadata,
  type StatusObject,
  type status,
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

  /** Calls and resolves with how it ended, whatever the status. Aborting cancels the call. */
  call({ path, message, metadata, timeoutMs }: NativeCall, signal: AbortSignal): Promise<CallResult> {
    return new Promise((resolve) => {
      let header = new NoMetadata();
      let answer: Buffer | null = null;
      const options = timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
      const call = this.#client.makeUnaryRequest(
        path,
        same,
        same,
        message,
        metadata,
        options,
        (_error, value) => {
          answer = value ?? null;
        },
      );
      call.on("metadata", (received) => {
        header = received;
      });
      call.on("status", (ended) => resolve({ header, message: answer, status: ended }));
      signal.addEventListener("abort", () => call.cancel(), { once: true });
    });
  }

  /** Whether a connection can be made within `ms`. */
  isReachable(ms: number): Promise<boolean> {
    return new Promise((resolve) => this.#client.waitForReady(Date.now() + ms, (error) => resolve(!error)));
  }

  close(): void {
    this.#client.close();
  }
}

const same = (bytes: Buffer): Buffer => bytes;

/** An error that the bridge itself answers with. */
export function refusal(code: status, details: string): CallResult {
  return { header: new NoMetadata(), message: null, status: { code, details, metadata: new NoMetadata() } };
}
