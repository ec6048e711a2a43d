import { GrpcError, type GrpcStatus } from "./grpc-error.ts";

/**
 * The error that an HTTP status stands for when the server does not speak for itself.
 * gRPC: "HTTP to gRPC Status Code Mapping".
 */
export function httpError({ status }: Response): GrpcError {
  return new GrpcError(statusOf(status), `HTTP status code ${status}`);
}

function statusOf(httpStatus: number): GrpcStatus {
  switch (httpStatus) {
    case 400:
      return "INTERNAL";
    case 401:
      return "UNAUTHENTICATED";
    case 403:
      return "PERMISSION_DENIED";
    case 404:
      return "UNIMPLEMENTED";
    case 429:
    case 502:
    case 503:
    case 504:
      return "UNAVAILABLE";
    default:
      return "UNKNOWN";
  }
}

/**
 * Throws unless the media type, without its parameters, is the expected one.
 * @param otherCodecs media types of the same protocol whose messages are written in another way
 */
export function requireContentType(
  answer: Response,
  headers: Headers,
  expected: RegExp,
  otherCodecs: RegExp,
): void {
  const contentType = headers.get("content-type") ?? "";
  const mediaType = (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
  if (expected.test(mediaType)) return;
  const { status } = answer;
  throw new GrpcError(
    otherCodecs.test(mediaType) ? "INTERNAL" : statusOf(status),
    `HTTP status code ${status}, invalid content-type: ${contentType || "none"}`,
  );
}
