import { FunctionError } from "../functions/error.ts";
import type { ValueType } from "../functions/published-function.ts";

/** A file among the inputs, as JSON has it. Foundry: "Webhooks reference" (attachment). */
export interface Attachment {
  readonly name: string;
  readonly mediaType?: string;
  /** Base64. */
  readonly content: string;
}

/** An attachment as a value: a request has 10 MB, so that one has at most three quarters of that. */
export const attachmentType: ValueType = {
  type: "struct",
  fields: [
    { name: "name", type: { type: "string" }, optional: false },
    { name: "mediaType", type: { type: "string" }, optional: true },
    { name: "content", type: { type: "binary" }, optional: false },
  ],
};

const LONGEST_NAME = 255;
const UNKNOWN_TYPE = "application/octet-stream";

/** The attachment as a file that can be sent. */
export function fileOf({ name, mediaType = UNKNOWN_TYPE, content }: Attachment): File {
  return new File([Uint8Array.from(Buffer.from(content, "base64"))], name, { type: mediaType });
}

/**
 * Checks what else than its type an attachment has to be: its name is that of a file, and its media type is one. Throws
 * {@link FunctionError} (InvalidQueryParameterValue).
 */
export function checkAttachment(input: string, value: unknown): void {
  const { name, mediaType = UNKNOWN_TYPE } = value as Attachment;
  const isName = name !== "" && name.length <= LONGEST_NAME && !/[\p{Cc}\u2028\u2029/\\]/u.test(name);
  const isType = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/.test(mediaType);
  if (isName && isType) return;
  const message = isName
    ? `${input}.mediaType: expected a media type, such as application/pdf`
    : `${input}.name: expected the name of a file, without folders, of at most ${LONGEST_NAME} characters`;
  throw new FunctionError("InvalidQueryParameterValue", message, {
    parameterId: input,
    parameterDataType: "Attachment",
    message,
  });
}

/** What is kept of an attachment: everything but what is in it. */
export function withoutContent(value: unknown): Record<string, unknown> {
  const { content, ...rest } = value as Attachment;
  return { ...rest, bytes: Buffer.byteLength(content, "base64") };
}
