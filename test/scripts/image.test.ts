import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { type Image, Images } from "../../src/scripts/image.ts";
import { ALL_INTRINSICS, makeQuickJs, type Pointer, type QuickJs } from "../../src/scripts/quickjs.ts";
import { Texts } from "../../src/scripts/texts.ts";

/** An engine without a world, and what its memory holds at an image. */
interface Bare {
  readonly engine: QuickJs;
  readonly context: Pointer;
  readonly images: Images;
}

async function makeBare(): Promise<Bare> {
  const host = { call: (values: Pointer) => values, shouldInterrupt: () => false, clockIsRead() {} };
  const engine = await makeQuickJs(host, false);
  const context = engine._QTS_NewContext(engine._QTS_NewRuntime(), ALL_INTRINSICS);
  return { engine, context, images: new Images(engine) };
}

/** Executes a script to its end, or to that of the stack, and leaves everything that it has allocated. */
function evaluate({ engine, context }: Bare, text: string): void {
  const texts = new Texts(engine, context);
  const code = texts.allocate(text);
  try {
    engine._QTS_Eval(context, code, Buffer.byteLength(text), texts.allocate("a.js"), 0, 0);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}

const scripts = [
  "globalThis.x = [1, 2, 3]; Array.prototype.y = 1",
  "var o = {}; for (var i = 0; i < 5000; i++) o['k' + i] = { i: i, text: 'x'.repeat(i % 50) }",
  "var bytes = new Uint8Array(3000000); for (var i = 0; i < bytes.length; i += 4001) bytes[i] = i",
  "var a = new Float64Array(99999); a.fill(1.5); a.copyWithin(5, 17); a.set(a.slice(3), 1); a.reverse()",
  "var d = new DataView(new ArrayBuffer(9001)); for (var i = 0; i < 8990; i += 7) d.setFloat64(i, i)",
  "var d = new DataView(new ArrayBuffer(9001)); for (var i = 0; i < 8990; i += 7) d.setFloat32(i, i)",
  "new Date(2026, 5, 1, 12).toString() + new Date(2026, 0, 1).getTimezoneOffset() + Date.now()",
  "JSON.parse(JSON.stringify(Array.from({ length: 3000 }, (_, i) => ({ i, s: 'é' + i }))))",
  "'aXbXc'.repeat(3000).replace(/(X)(.)/g, '$2$1').split('X').sort().join('')",
  "(function f(n) { return n === 0 ? 0 : 1 + f(n - 1) })(2000)",
  "(function f() { f() })()",
  "(2n ** 9000n % 12345678901n).toString() + Math.sin(1) + (0.1).toString(3)",
  `eval(${JSON.stringify(Array.from({ length: 400 }, (_, i) => `function f${i}(a,b){return a+${i}.5*b}`).join(""))})`,
  "throw new Error('x')",
  "class A { #p = 1; get p() { return this.#p } } new A().p; Promise.resolve(1).then(() => {}); new Map([[{}, 1]])",
];

describe("whatever was executed, an image that is written back makes every byte as it was", () => {
  let bare: Bare;
  let image: Image;
  let bytes: Uint8Array;
  beforeAll(async () => {
    bare = await makeBare();
    evaluate(bare, "var before = { some: 'thing' }");
    image = bare.images.take();
    bytes = bare.engine.memory().slice();
  });

  const expectAsBefore = () => {
    bare.images.restore(image);
    expect(Buffer.compare(bare.engine.memory(), bytes)).toBe(0);
  };

  test.each(scripts)("%s", (script) => {
    evaluate(bare, script);
    expectAsBefore();
  });

  test("any of these, one after the other, with images between them", () => {
    const some = fc.array(fc.constantFrom(...scripts), { maxLength: 4 });
    fc.assert(
      fc.property(some, some, some, (first, second, third) => {
        for (const script of first) evaluate(bare, script);
        const between = bare.images.take();
        const then = bare.engine.memory().slice();
        for (const script of second) evaluate(bare, script);
        bare.images.restore(image);
        for (const script of third) evaluate(bare, script);
        bare.images.restore(between);
        expect(Buffer.compare(bare.engine.memory(), then)).toBe(0);
        expectAsBefore();
      }),
      { numRuns: 15 },
    );
  });

  test("in another instance, too", async () => {
    const other = await makeBare();
    for (const script of scripts) evaluate(other, script);
    other.images.restore(image);
    expect(Buffer.compare(other.engine.memory(), bytes)).toBe(0);
  });
});

test("after a script that made the memory grow, all of it is as before, and what was added is empty", async () => {
  const bare = await makeBare();
  const image = bare.images.take();
  const bytes = bare.engine.memory().slice();
  evaluate(bare, "var all = []; for (var i = 0; i < 20; i++) all.push(new Uint8Array(1000000).fill(7))");
  expect(bare.images.hasGrown).toBe(true);
  bare.images.restore(image);
  const memory = bare.engine.memory();
  expect(Buffer.compare(memory.subarray(0, bytes.length), bytes)).toBe(0);
  expect(memory.subarray(bytes.length).every((byte) => byte === 0)).toBe(true);
});

test("an image holds what differs, not all of the memory", async () => {
  const bare = await makeBare();
  evaluate(bare, "var x = 1");
  expect(bare.images.take().bytes).toBeLessThan(200_000);
});
