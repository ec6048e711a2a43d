import * as v from "valibot";
import { principals } from "../ontology/schema-parts.ts";
import { TOKEN } from "../text/token.ts";

/** What `webhooks/NAME.yaml` may hold. The JSON Schema for editors is made of this. */

const described = <S extends v.GenericSchema>(schema: S, text: string) => v.pipe(schema, v.description(text));

const IDENTIFIER = "must begin with a letter and go on with letters, digits and _, at most 100";

/** What webhooks, their inputs, outputs and calls may be called: code writes these names. */
export const WEBHOOK_NAME = /^[A-Za-z]\w{0,99}$/;
const identifier = v.pipe(v.string(), v.regex(WEBHOOK_NAME, IDENTIFIER));

const scalars = ["boolean", "integer", "long", "double", "date", "timestamp"] as const;

/** A type as it is written. */
export type WebhookType =
  | { type: (typeof scalars)[number] | "string" }
  | { type: "list"; element: WebhookType }
  | { type: "record"; fields: Record<string, WebhookType & { optional: boolean }> };

const optional = described(v.optional(v.boolean(), false), "Whether it may be missing. Default: no.");

const elementType: v.GenericSchema<unknown, WebhookType> = v.lazy(() => typed({}, {}));
const fieldType: v.GenericSchema<unknown, WebhookType & { optional: boolean }> = v.lazy(() =>
  typed({ optional }, {}),
);

function typed<E extends v.ObjectEntries, S extends v.ObjectEntries>(more: E, ofStrings: S) {
  return v.variant("type", [
    v.strictObject({ type: v.picklist(scalars), ...more }),
    v.strictObject({ type: v.literal("string"), ...more, ...ofStrings }),
    v.strictObject({ type: v.literal("list"), element: elementType, ...more }),
    v.strictObject({ type: v.literal("record"), fields: v.record(v.string(), fieldType), ...more }),
  ]);
}

const attachment = described(
  v.literal("attachment"),
  "A file: { name, mediaType, content }, with the content in base64. For bodies of the types binaryFile and formData.",
);

const input = v.variant("type", [
  v.strictObject({ type: attachment, optional }),
  typed(
    { optional },
    {
      enum: v.optional(
        described(
          v.pipe(v.array(v.string()), v.minLength(1, "must list a value")),
          "The values that it may have.",
        ),
      ),
    },
  ),
]);

const output = typed(
  {
    optional,
    from: described(
      v.string(),
      "Where in the answers it is: CALL for a whole answer, CALL.field[0].other for a part of it.",
    ),
  },
  {},
);

const text = v.string();
const fields = v.record(v.pipe(v.string(), v.minLength(1, "must not be empty")), text);

const body = v.variant("type", [
  v.strictObject({
    type: v.literal("json"),
    value: described(
      v.unknown(),
      'JSON. A text that is nothing but "{input.x}" becomes the value itself, whatever its type.',
    ),
  }),
  v.strictObject({ type: v.picklist(["formUrlEncoded", "formData"]), fields }),
  v.strictObject({
    type: v.literal("binaryFile"),
    value: described(text, 'An attachment: "{input.file}".'),
  }),
  v.strictObject({ type: v.picklist(["text", "xml", "html"]), value: text }),
]);

export const webhookMethods = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"] as const;

const call = v.strictObject({
  name: described(identifier, "What later calls and outputs call its answer. Not input."),
  method: v.picklist(webhookMethods),
  access: v.optional(
    described(
      v.picklist(["read", "write"]),
      "Whether it changes anything. Default: GET, HEAD and OPTIONS read, others write.",
    ),
  ),
  domain: v.optional(
    described(
      v.nullable(v.string()),
      "Which domain of the source it calls: its host. Default: the only one.",
    ),
    null,
  ),
  path: described(text, "Begins with a slash. Values are encoded, and never change its structure."),
  query: v.optional(v.record(v.string(), text), {}),
  headers: v.optional(v.record(v.pipe(v.string(), v.regex(TOKEN, "must be the name of a header")), text), {}),
  body: v.optional(body),
});

const SECONDS = "must be a whole number of seconds from 1 to 180";
const STATUS = "must be a status from 400 to 599";
const status = v.pipe(v.number(), v.integer(STATUS), v.minValue(400, STATUS), v.maxValue(599, STATUS));

const MOST_AT_ONCE = 1000;
const MOST_IN_TIME = 100_000;
const number = (most: number) => {
  const message = `must be a whole number from 1 to ${most}`;
  return v.pipe(v.number(), v.integer(message), v.minValue(1, message), v.maxValue(most, message));
};

const limits = v.strictObject({
  concurrency: v.optional(
    v.nullable(
      described(number(MOST_AT_ONCE), "How many executions may run at once, 1 to 1000. Default: any."),
    ),
    null,
  ),
  rate: v.optional(
    v.nullable(
      v.strictObject({
        executions: described(number(MOST_IN_TIME), "How many may begin, 1 to 100000."),
        per: v.picklist(["second", "minute", "hour", "day"]),
      }),
    ),
    null,
  ),
});

const history = v.strictObject({
  inputs: v.optional(described(v.boolean(), "Whether the inputs are kept. Default: yes."), true),
  responses: v.optional(
    described(v.boolean(), "Whether the answers are kept. Not where they have tokens. Default: yes."),
    true,
  ),
  readPrivilegedData: v.optional(
    described(principals, "Who sees the executions of everybody. Default: nobody; everybody sees their own."),
    [],
  ),
  notChangedStatuses: v.optional(
    described(
      v.array(status),
      "A call that is answered with one of these has changed nothing. Default: 400 to 431.",
    ),
    Array.from({ length: 32 }, (_, index) => 400 + index),
  ),
});

export type ExecutionLimits = v.InferOutput<typeof limits>;

export const webhookFileSchema = v.strictObject({
  displayName: v.optional(described(v.string(), "For people to read.")),
  environments: v.optional(
    described(
      v.pipe(v.array(v.string()), v.minLength(1, "must name an environment")),
      "The environments that have the webhook. Default: all.",
    ),
  ),
  source: described(v.string(), "The API name of the source that it calls, or an alias."),
  inputs: v.optional(v.record(identifier, input), {}),
  calls: described(
    v.pipe(v.array(call), v.minLength(1, "must list a call"), v.maxLength(20, "must list at most 20 calls")),
    "Made one after the other. At most one of them may write.",
  ),
  outputs: v.optional(v.record(identifier, output), {}),
  timeoutSeconds: v.optional(
    described(
      v.pipe(v.number(), v.integer(SECONDS), v.minValue(1, SECONDS), v.maxValue(180, SECONDS)),
      "For all calls together, 1 to 180. Default: 20.",
    ),
    20,
  ),
  retryableStatuses: v.optional(
    described(
      v.array(status),
      "A call that is answered with one of these is made again, at most twice. Default: none.",
    ),
    [],
  ),
  limits: v.optional(described(limits, "For all callers together. Default: none."), {}),
  publishAsFunction: v.optional(
    described(v.boolean(), "Whether it is called as a function, by the webhook's name. Default: no."),
    false,
  ),
  history: v.optional(described(history, "What is kept of executions, for six months."), {}),
});

/** A webhook as it is deployed: what its file says, and its name. */
export const webhookSchema = v.object({ name: v.string(), ...webhookFileSchema.entries });

export type WebhookFile = v.InferOutput<typeof webhookFileSchema>;
export type WebhookInput = Webhook["inputs"][string];
export type Webhook = v.InferOutput<typeof webhookSchema>;
export type WebhookCall = Webhook["calls"][number];
export type WebhookBody = NonNullable<WebhookCall["body"]>;
