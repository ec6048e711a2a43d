/** How many bytes are left free before a message that is sent, for the frame around it. */
export const ROOM_BYTES = 5;

/** How one call with one message each way goes over HTTP. */
export interface UnaryProtocol {
  /** Sets the headers that the protocol needs beside the caller's metadata. */
  setHeaders(headers: Headers, timeoutMs: number): void;
  /** The request's body, from a message behind so much room. */
  body(message: Uint8Array): Uint8Array;
  /**
   * The message in an answer's body. Throws GrpcError, also for what the server says.
   * @param headers the answer's, which the platform makes anew whenever it is asked for them
   */
  messageIn(answer: Response, headers: Headers, body: Uint8Array): Uint8Array;
}
