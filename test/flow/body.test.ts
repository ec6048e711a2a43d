import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Body } from "../../src/flow/body.ts";
import { faultType } from "../../src/flow/fault.ts";

const tooBig = faultType("too.big", 413, () => "It is too big");

const bytesOf = (text: string) => new TextEncoder().encode(text);

function streamOf(...chunks: (Uint8Array | string)[]): ReadableStream {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(typeof chunk === "string" ? bytesOf(chunk) : chunk);
      controller.close();
    },
  });
}

async function buffered(source: ReadableStream, charset?: string): Promise<Body> {
  const body = new Body(source);
  await body.buffer(1000, tooBig, charset);
  return body;
}

describe("a body that nobody reads", () => {
  test("is the very stream that came", () => {
    const stream = streamOf("a");
    expect(new Body(stream).source).toBe(stream);
  });

  test("says when it was read without having been buffered", () => {
    expect(() => new Body(streamOf("a")).text).toThrow("before it was buffered");
  });
});

describe("a buffered body", () => {
  test("can be read as text and as bytes any number of times", async () => {
    const body = await buffered(streamOf("ab", "cd"));
    expect([body.text, body.text, body.bytes, body.isStream]).toEqual([
      "abcd",
      "abcd",
      bytesOf("abcd"),
      false,
    ]);
  });

  test("keeps bytes that are no text", async () => {
    const bytes = new Uint8Array([0xff, 0xfe, 0, 0x80]);
    expect((await buffered(streamOf(bytes))).source).toEqual(bytes);
  });

  test("is read in the charset that its Content-Type names", async () => {
    expect((await buffered(streamOf(new Uint8Array([0xe9])), "iso-8859-1")).text).toBe("é");
  });

  test("is read as UTF-8 when the charset is unknown", async () => {
    expect((await buffered(streamOf("é"), "klingon")).text).toBe("é");
  });

  test("joins the halves of a character that was cut in two", async () => {
    const [first = 0, second = 0] = bytesOf("é");
    expect((await buffered(streamOf(new Uint8Array([first]), new Uint8Array([second])))).text).toBe("é");
  });
});

describe("emptiness", () => {
  test.each([
    [null, true],
    ["", true],
    [new Uint8Array(), true],
    ["a", false],
    [new Uint8Array(1), false],
  ])("of %j is %s", (source, expected) => {
    expect(new Body(source).isEmpty).toBe(expected);
  });

  test("of a stream is not known before it is read", async () => {
    const body = new Body(streamOf());
    expect(body.isEmpty).toBe(false);
    await body.buffer(10, tooBig);
    expect([body.isEmpty, body.text]).toEqual([true, ""]);
  });
});

describe("the limit", () => {
  test("may be reached", async () => {
    const body = new Body(streamOf("abc", "de"));
    await body.buffer(5, tooBig);
    expect(body.text).toBe("abcde");
  });

  test("may not be passed", async () => {
    const body = new Body(streamOf("abc", "def"));
    await expect(body.buffer(5, tooBig)).rejects.toMatchObject({ code: "too.big", message: "It is too big" });
  });

  test("is for the decoded size, so that a small body cannot grow without end", async () => {
    const zeros = new Blob([new Uint8Array(1_000_000)]).stream();
    const body = new Body(zeros.pipeThrough(new CompressionStream("gzip")));
    await expect(body.buffer(100_000, tooBig, "utf-8", "gzip")).rejects.toMatchObject({ code: "too.big" });
  });

  test("lets go of the rest", async () => {
    let cancelled = false;
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(bytesOf("more")),
      cancel() {
        cancelled = true;
      },
    });
    await expect(new Body(endless).buffer(100, tooBig)).rejects.toThrow();
    expect(cancelled).toBe(true);
  });
});

test("with streaming enabled policies see no content, and the stream stays", async () => {
  const stream = streamOf("secret");
  const body = new Body(stream, true);
  await body.buffer(1000, tooBig);
  expect([body.isOpaque, body.text, body.bytes.length, body.source]).toEqual([true, "", 0, stream]);
});

test("text that a policy made gives its UTF-8 bytes", () => {
  expect(new Body("é").bytes).toEqual(bytesOf("é"));
});

test("however a text is cut into chunks, the same text is read", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: "grapheme" }),
      fc.array(fc.nat(20), { maxLength: 5 }),
      async (text, cuts) => {
        const bytes = bytesOf(text);
        const chunks: Uint8Array[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(bytes.slice(at, at + cut));
          at += cut;
        }
        const body = await buffered(streamOf(...chunks, bytes.slice(at)));
        expect([body.text, body.bytes]).toEqual([text, bytes]);
      },
    ),
    { numRuns: 50 },
  );
});
