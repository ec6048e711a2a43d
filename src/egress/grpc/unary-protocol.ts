/** How one call with one message each way goes over HTTP. */
export interface UnaryProtocol {
  /** Sets the headers that the protocol needs beside the caller's metadata. */
  setHeaders(headers: Headers, timeoutMs: number | undefined): void;
  /** The request's body around a message. */
  body(message: Uint8Array): Uint8Array;
  /** The message in an answer and the metadata that followed it. Throws ConnectError, also for what the server says. */
  read(answer: Response, body: Uint8Array): UnaryAnswer;
}

/** What a server answered when all went well. */
export interface UnaryAnswer {
  readonly message: Uint8Array;
  readonly trailer: Headers;
}
