import { Fault, type FaultType, faultType } from "./fault.ts";

/** What goes wrong when the bodies of one kind of message are read. */
export interface ReadingFaults {
  readonly tooBig: FaultType<[]>;
  readonly undecodable: FaultType<[]>;
  readonly brokenOff: FaultType<[]>;
}

/** The platform throws TypeErrors for bytes that it cannot decode, and other errors for lost connections. */
export function readFailure(error: unknown, isDecoded: boolean, faults: ReadingFaults): unknown {
  if (error instanceof Fault) return error;
  if (!(error instanceof TypeError)) return faults.brokenOff().causedBy(error);
  return isDecoded ? faults.undecodable().causedBy(error) : error;
}

const tooBigBody = (status: 413 | 502) =>
  faultType("protocol.http.TooBigBody", status, () => "Body buffer overflow");

const undecodable = (message: "Request" | "Response", status: number) =>
  faultType(
    `messaging.adaptors.http.flow.DecompressionFailureAt${message}`,
    status,
    () => "Decompression failure",
  );

export const unsupportedEncoding = faultType(
  "protocol.http.UnsupportedEncoding",
  415,
  (coding: string) => `Unsupported Encoding "${coding}"`,
);

export const requestReading: ReadingFaults = {
  tooBig: tooBigBody(413),
  undecodable: undecodable("Request", 400),
  brokenOff: faultType("messaging.adaptors.http.flow.RequestTimeOut", 408, () => "The request broke off"),
};

export const responseReading: ReadingFaults = {
  tooBig: tooBigBody(502),
  undecodable: undecodable("Response", 500),
  brokenOff: faultType(
    "messaging.adaptors.http.flow.UnexpectedEOFAtTarget",
    502,
    () => "Unexpected EOF at target",
  ),
};
