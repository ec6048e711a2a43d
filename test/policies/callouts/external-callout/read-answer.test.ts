import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Float } from "../../../../src/expression/value.ts";
import {
  type Answer,
  type AnsweredMessage,
  readAnswer,
} from "../../../../src/policies/callouts/external-callout/read-answer.ts";
import {
  type MessageContext,
  MessageContextSchema,
  type Request,
  type Response,
  type Strings,
} from "../../../../src/policies/callouts/external-callout/wire/external_callout_pb.ts";

type Context = MessageInitShape<typeof MessageContextSchema>;

const text = fc.oneof(fc.string({ unit: "binary", maxLength: 50 }), fc.constantFrom("", "é".repeat(40)));
const name = fc.oneof(text, fc.constantFrom("a", "b", "__proto__", "constructor", "toString"));

/** Fields that the definition does not have, as protobuf-es keeps and writes them. */
const unknown = fc.array(
  fc.constantFrom(
    { no: 90, wireType: 2, data: Uint8Array.of(2, 0xff, 0xfe) },
    { no: 99, wireType: 0, data: Uint8Array.of(0xff, 1) },
    { no: 99, wireType: 1, data: new Uint8Array(8) },
    { no: 100_000, wireType: 5, data: new Uint8Array(4) },
    // A group with a field 1 of three bytes.
    { no: 33, wireType: 3, data: Uint8Array.of(0x0a, 1, 0x6d, 0x8c, 0x02) },
  ),
  { maxLength: 2 },
);

/** A message with some of these fields, and others beside. */
const some = <T>(fields: { [Name in keyof T]: fc.Arbitrary<T[Name]> }) =>
  fc.record({ ...fields, $unknown: unknown }, { requiredKeys: [] });

const lists = fc.dictionary(name, some({ strings: fc.array(text, { maxLength: 3 }) }), { maxKeys: 4 });
const request = some({
  uri: text,
  verb: text,
  headers: lists,
  formParams: lists,
  queryParams: lists,
  content: text,
});
const response = some({ statusCode: fc.integer(), reasonPhrase: text, headers: lists, content: text });
const value = fc.oneof(
  text.map((value) => ({ case: "string" as const, value })),
  fc.boolean().map((value) => ({ case: "bool" as const, value })),
  fc.integer().map((value) => ({ case: "int32" as const, value })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ({ case: "int64" as const, value })),
  fc.double().map((value) => ({ case: "double" as const, value })),
);
const contexts = some({
  request,
  response,
  error: some({ message: text, response }),
  fault: some({ name: text, type: text, category: text, faultString: text }),
  apiProxy: some({ name: text, revision: text }),
  client: some({ host: text, port: fc.integer(), sslEnabled: fc.boolean() }),
  messageId: text,
  target: some({
    copyPathSuffix: fc.boolean(),
    copyQueryParams: fc.boolean(),
    expectedCn: text,
    host: text,
    port: fc.integer(),
    url: text,
  }),
  additionalFlowVariables: fc.dictionary(name, some({ value }), { maxKeys: 4 }),
});

/** With its unknown fields, which {@link create} leaves out of what it makes. */
function encoded(context: unknown): Uint8Array<ArrayBuffer> {
  const message = create(MessageContextSchema, context as Context);
  keepUnknown(message, context);
  return toBinary(MessageContextSchema, message);
}

function keepUnknown(made: unknown, given: unknown): void {
  if (typeof given !== "object" || given === null || given instanceof Uint8Array) return;
  for (const key of Object.keys(given)) {
    const [into, from] = [(made as Record<string, unknown>)[key], (given as Record<string, unknown>)[key]];
    if (key === "$unknown") Object.assign(made as object, { $unknown: from });
    else keepUnknown(into, from);
  }
}

/** What the gateway should see in what protobuf-es has read. */
function seenIn({
  request,
  response,
  error,
  fault,
  target,
  additionalFlowVariables,
}: MessageContext): Answer {
  return {
    request: request ? messageIn(request) : null,
    response: response ? messageIn(response) : null,
    errorResponse: error?.response ? messageIn(error.response) : null,
    fault: fault ? { name: fault.name, text: fault.faultString } : null,
    target: target
      ? {
          copyPathSuffix: target.copyPathSuffix,
          copyQueryParams: target.copyQueryParams,
          expectedCn: target.expectedCn,
          url: target.url,
        }
      : null,
    variables: new Map(
      Object.entries(additionalFlowVariables).map(([name, { value }]) => [
        name,
        value.case === "double" ? new Float(value.value) : (value.value ?? null),
      ]),
    ),
  };
}

function messageIn(message: Request | Response): AnsweredMessage {
  const lists = (given: Record<string, Strings> = {}) =>
    new Map(Object.entries(given).map(([name, { strings }]) => [name, strings]));
  const isRequest = message.$typeName === "apigee.Request";
  return {
    headers: lists(message.headers),
    formParams: lists(isRequest ? message.formParams : {}),
    queryParams: lists(isRequest ? message.queryParams : {}),
    content: message.content,
  };
}

test("what protobuf-es writes is seen as it reads it, unknown fields or not", () => {
  fc.assert(
    fc.property(contexts, (context) => {
      const bytes = encoded(context);
      expect(readAnswer(bytes)).toEqual(seenIn(fromBinary(MessageContextSchema, bytes)));
    }),
    { numRuns: 300 },
  );
});

test("a message whose parts come twice is put together from both", () => {
  fc.assert(
    fc.property(contexts, contexts, (one, other) => {
      const bytes = Uint8Array.from([...encoded(one), ...encoded(other)]);
      expect(readAnswer(bytes)).toEqual(seenIn(fromBinary(MessageContextSchema, bytes)));
    }),
    { numRuns: 300 },
  );
});

test("what was cut short is refused, unless it was cut between two fields", () => {
  fc.assert(
    fc.property(contexts, fc.nat(200), (context, cut) => {
      const whole = encoded(context);
      const bytes = whole.subarray(0, Math.max(0, whole.length - cut));
      let expected: Answer;
      try {
        expected = seenIn(fromBinary(MessageContextSchema, bytes));
      } catch {
        expect(() => readAnswer(bytes)).toThrow(RangeError);
        return;
      }
      expect(readAnswer(bytes)).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test("a field of another type than the definition has is no field that is known", () => {
  // request (1) as a varint, and in a request the content (7) as a varint.
  expect(readAnswer(Uint8Array.of(0x08, 5, 0x0a, 2, 0x38, 5))).toMatchObject({ request: { content: "" } });
});

test("any bytes are an answer or refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), contexts, fc.nat(), (noise, context, at) => {
      const whole = [...encoded(context)];
      whole.splice(at % (whole.length + 1), noise.length % 4, ...noise);
      try {
        readAnswer(Uint8Array.from(whole));
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
    { numRuns: 1000 },
  );
});
