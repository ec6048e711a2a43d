import fc from "fast-check";
import { expect, test } from "vitest";
import { GrpcError } from "../../../src/egress/grpc/grpc-error.ts";
import { grpcWeb } from "../../../src/egress/grpc/grpc-web.ts";

const answer = new Response(null, { headers: { "content-type": "application/grpc-web+proto" } });

/** Reads an answer; what is wrong with it must be a status. */
function read(body: Uint8Array): Uint8Array | null {
  try {
    return grpcWeb.messageIn(answer, answer.headers, body);
  } catch (error) {
    expect(error).toBeInstanceOf(GrpcError);
    return null;
  }
}

function frame(flags: number, content: Uint8Array): number[] {
  const { length } = content;
  return [flags, length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255, ...content];
}

const ok = frame(0x80, new TextEncoder().encode("grpc-status:0\r\n"));

test("any message in a right answer is found", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (message) => {
      expect(read(Uint8Array.from([...frame(0, message), ...ok]))).toEqual(message);
    }),
  );
});

test("any bytes are a message or an error with a status", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => void read(bytes)));
});

test("any text in the trailers is a message or an error with a status", () => {
  const line = fc.tuple(
    fc.constantFrom("grpc-status", "grpc-message", "grpc-status-details-bin", "x", ""),
    fc.constantFrom(":", ": ", ""),
    fc.oneof(fc.string({ unit: "binary-ascii" }), fc.nat(20).map(String), fc.base64String()),
    fc.constantFrom("\r\n", "\n", ""),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const trailer = new TextEncoder().encode(lines.flat().join(""));
      read(Uint8Array.from([...frame(0, new Uint8Array()), ...frame(0x80, trailer)]));
    }),
  );
});
