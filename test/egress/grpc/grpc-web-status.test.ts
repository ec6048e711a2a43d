import fc from "fast-check";
import { expect, test } from "vitest";
import { GrpcError } from "../../../src/egress/grpc/grpc-error.ts";
import { grpcWeb } from "../../../src/egress/grpc/grpc-web.ts";

/** One line of metadata that says how a call ended, and whether it says that all went well. */
const lines = {
  none: { line: null, isOk: false, isError: false },
  ok: { line: ["grpc-status", "0"], isOk: true, isError: false },
  refusal: { line: ["grpc-status", "7"], isOk: false, isError: true },
  unknown: { line: ["grpc-status", "99"], isOk: false, isError: true },
  text: { line: ["grpc-status", "fine"], isOk: false, isError: true },
  // A google.rpc.Status with code 0, with code 5, and none at all.
  "details of OK": { line: ["grpc-status-details-bin", "CAA"], isOk: false, isError: false },
  "details of a refusal": { line: ["grpc-status-details-bin", "CAU"], isOk: false, isError: true },
  "details of nonsense": { line: ["grpc-status-details-bin", "????"], isOk: false, isError: true },
} as const;

type Said = keyof typeof lines;

/** Some of them, each once: a header that stands twice has another value. */
const said = fc.oneof(
  fc.constantFrom<Said[]>(["ok"], [], ["none"], ["ok", "details of OK"]),
  fc.uniqueArray(fc.constantFrom(...(Object.keys(lines) as Said[])), { maxLength: 3 }),
);

interface Frame {
  readonly flags: number;
  readonly said: readonly Said[];
  readonly content: Uint8Array;
  readonly lineBreak: string;
}

const frame: fc.Arbitrary<Frame> = fc.record({
  flags: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(0, 0x80) }, { weight: 1, arbitrary: fc.nat(255) }),
  said,
  content: fc.uint8Array({ maxLength: 8 }),
  lineBreak: fc.constantFrom("\r\n", "\n"),
});

const message = (content: number[] = []): Frame => ({
  flags: 0,
  said: [],
  content: Uint8Array.from(content),
  lineBreak: "",
});

/** As they should stand, or anything. */
const frames: fc.Arbitrary<Frame[]> = fc.oneof(
  fc.tuple(
    fc.constant(message([1])),
    frame.map((trailer) => ({ ...trailer, flags: 0x80 })),
  ),
  fc.array(frame, { maxLength: 4 }),
);

function contentOf({ flags, said, content, lineBreak }: Frame): Uint8Array {
  if (flags !== 0x80) return content;
  const text = said.flatMap((one) => lines[one].line?.join(": ") ?? []).map((line) => line + lineBreak);
  return new TextEncoder().encode(text.join(""));
}

function bytesOf(frame: Frame): number[] {
  const content = contentOf(frame);
  return [frame.flags, 0, 0, 0, content.length, ...content];
}

/** The frames that are left of them with that many bytes; none where the last of them is not whole. */
function wholeFrames(frames: readonly Frame[], length: number): readonly Frame[] {
  const lengths = frames.map((_, last) => frames.slice(0, last + 1).flatMap(bytesOf).length);
  return frames.slice(0, lengths.indexOf(length) + 1);
}

const answers = fc.record({
  status: fc.oneof({ weight: 5, arbitrary: fc.constant(200) }, fc.constantFrom(201, 403, 503)),
  contentType: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom("application/grpc-web", "application/grpc-web+proto; x=y") },
    fc.constantFrom(
      "",
      "text/html",
      "application/grpc",
      "application/grpc-web-text",
      "application/grpc-web+json",
    ),
  ),
  inHeaders: said,
  frames,
  cut: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat(20)),
});

test("an answer is a success only with one message, then one trailer, status 0 and nothing else anywhere", () => {
  const seen = { success: 0, failure: 0 };
  fc.assert(
    fc.property(answers, ({ status, contentType, inHeaders, frames, cut }) => {
      const headers = new Headers({ "content-type": contentType });
      for (const { line } of inHeaders.map((one) => lines[one])) if (line) headers.append(line[0], line[1]);
      const all = frames.flatMap(bytesOf);
      const bytes = Uint8Array.from(all.slice(0, Math.max(0, all.length - cut)));

      const left = wholeFrames(frames, bytes.length);
      const statuses = [...inHeaders, ...left.flatMap(({ flags, said }) => (flags === 0x80 ? said : []))];
      const isSuccess =
        status < 300 &&
        /^application\/grpc-web(\+proto)?(;|$)/.test(contentType) &&
        left.length === 2 &&
        left[0]?.flags === 0 &&
        left[1]?.flags === 0x80 &&
        statuses.some((one) => lines[one].isOk) &&
        !statuses.some((one) => lines[one].isError);

      seen[isSuccess ? "success" : "failure"]++;
      expect(succeeds(new Response(null, { status, headers }), bytes)).toBe(isSuccess);
    }),
    { numRuns: 3000 },
  );
  expect(seen.success).toBeGreaterThan(100);
  expect(seen.failure).toBeGreaterThan(100);
});

/** What is wrong with an answer must be a status. */
function succeeds(answer: Response, body: Uint8Array): boolean {
  try {
    grpcWeb.messageIn(answer, answer.headers, body);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(GrpcError);
    return false;
  }
}
