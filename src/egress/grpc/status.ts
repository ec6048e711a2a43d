import { delimited, ProtobufReader, varint } from "../../text/protobuf/reader.ts";
import { failureStatus, GrpcError } from "./grpc-error.ts";

const DETAILS = "grpc-status-details-bin";

/** The fields of google.rpc.Status that say something here. */
const CODE = varint(1);
const MESSAGE = delimited(2);

/**
 * What metadata say of how a call ended: an error, null where all went well, undefined where they say nothing.
 * A refusal in any of their fields is one. gRPC: "Responses" of gRPC over HTTP2.
 */
export function statusIn(metadata: Headers): GrpcError | null | undefined {
  const status = metadata.get("grpc-status");
  const details = metadata.get(DETAILS);
  const plain = status === null ? undefined : plainStatus(status, metadata);
  return details === null ? plain : detailedStatus(details, plain);
}

function plainStatus(status: string, metadata: Headers): GrpcError | null {
  if (status === "0") return null;
  const failure = failureStatus(Number.parseInt(status, 10));
  if (failure === null) return new GrpcError("INTERNAL", `invalid grpc-status: ${status}`);
  return new GrpcError(failure, percentDecoded(metadata.get("grpc-message") ?? ""));
}

/** What a server did not percent-encode is taken as it is. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The status with its details. Details of another status, or of none, take nothing from the one beside them. */
function detailedStatus(details: string, plain: GrpcError | null | undefined): GrpcError | null | undefined {
  try {
    const detailed = statusInDetails(details);
    return plain && detailed?.status !== plain.status ? plain : (detailed ?? plain);
  } catch (error) {
    return plain ?? new GrpcError("DATA_LOSS", `invalid ${DETAILS}`, error);
  }
}

/** Null for those of a success. */
function statusInDetails(details: string): GrpcError | null {
  const base64 = details.replaceAll("-", "+").replaceAll("_", "/");
  const reader = new ProtobufReader(Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)));
  let code = 0;
  let message = "";
  for (let tag = reader.next(); tag !== 0; tag = reader.next()) {
    if (tag === CODE) code = reader.int32();
    else if (tag === MESSAGE) message = reader.text();
    else reader.skip(tag);
  }
  if (code === 0) return null;
  const failure = failureStatus(code);
  return failure === null
    ? new GrpcError("INTERNAL", `invalid grpc-status: ${code}`)
    : new GrpcError(failure, message);
}
