/**
 * What a raw server answers to a call in gRPC-Web or Connect, byte by byte: right answers in all their shapes,
 * and wrong ones. The message is always 0x4a 0x01 0x6d, the field message_id (9) with the text `m`.
 */
export interface RawAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Closes the connection after the body instead of ending it. */
  readonly cut?: boolean;
  /** Never ends the body. */
  readonly open?: boolean;
}

const text = (value: string) => new TextEncoder().encode(value);

function bytes(...parts: (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const message = bytes([0x4a, 0x01, 0x6d]);

function frame(flags: number, content: Uint8Array, length = content.length): Uint8Array {
  return bytes([flags, length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255], content);
}

const trailers = (lines: string, flags = 0x80) => frame(flags, text(lines));
const ok = trailers("grpc-status: 0\r\n");
const web = { "content-type": "application/grpc-web+proto" };

/** Shorter than the prefix of a frame, for which the stock transport would take the memory that it promises. */
const html = text("<p>");

const answers = {
  ok: { headers: web, body: bytes(frame(0, message), ok) },
  // The header X-User with `u-17` in the request.
  "a header": {
    headers: web,
    body: bytes(
      frame(0, bytes([0x0a, 0x12, 0x22, 0x10, 0x0a, 6], text("X-User"), [0x12, 6, 0x0a, 4], text("u-17"))),
      ok,
    ),
  },
  "content type without codec": {
    headers: { "content-type": "application/grpc-web" },
    body: bytes(frame(0, message), ok),
  },
  "content type with a parameter": {
    headers: { "content-type": "application/grpc-web+proto; charset=utf-8" },
    body: bytes(frame(0, message), ok),
  },
  "empty message": { headers: web, body: bytes(frame(0, new Uint8Array()), ok) },
  "trailers without spaces, in capitals": {
    headers: web,
    body: bytes(frame(0, message), trailers("Grpc-Status:0\r\nX-After:1\r\n")),
  },
  "trailers without a last line break": {
    headers: web,
    body: bytes(frame(0, message), trailers("grpc-status: 0")),
  },
  "binary trailers": {
    headers: { ...web, "x-before-bin": "AAEC" },
    body: bytes(frame(0, message), trailers("grpc-status: 0\r\nx-after-bin: AP8\r\n")),
  },
  "status in headers and trailers": {
    headers: { ...web, "grpc-status": "0" },
    body: bytes(frame(0, message), ok),
  },
  "error in trailers": {
    headers: web,
    body: trailers("grpc-status: 3\r\ngrpc-message: bad%20thing%3A%20%E2%82%AC\r\n"),
  },
  "error in trailers after a message": {
    headers: web,
    body: bytes(frame(0, message), trailers("grpc-status: 13\r\ngrpc-message: late\r\n")),
  },
  "error in headers only": { headers: { ...web, "grpc-status": "7", "grpc-message": "no%20entry" } },
  "error without text": { headers: web, body: trailers("grpc-status: 5\r\n") },
  "error with details": {
    headers: web,
    // A google.rpc.Status with code 9, text "details say so" and no details.
    body: trailers(
      "grpc-status: 9\r\ngrpc-message: header\r\ngrpc-status-details-bin: CAkSDmRldGFpbHMgc2F5IHNv\r\n",
    ),
  },
  "error with broken details": {
    headers: web,
    body: trailers("grpc-status: 9\r\ngrpc-message: header\r\ngrpc-status-details-bin: ????\r\n"),
  },
  "error with a badly encoded text": {
    headers: web,
    body: trailers("grpc-status: 3\r\ngrpc-message: 100%\r\n"),
  },
  "status that is no number": { headers: web, body: trailers("grpc-status: fine\r\n") },
  "status that is not known": { headers: web, body: trailers("grpc-status: 99\r\n") },
  "trailers without a status": { headers: web, body: bytes(frame(0, message), trailers("x-after: 1\r\n")) },
  "garbage trailers": {
    headers: web,
    body: bytes(frame(0, message), frame(0x80, bytes([0, 255, 13, 10, 58]))),
  },
  "trailers with an impossible name": {
    headers: web,
    body: bytes(frame(0, message), trailers("bad name: 1\r\ngrpc-status: 0\r\n")),
  },
  "no trailers": { headers: web, body: frame(0, message) },
  "two trailers": { headers: web, body: bytes(frame(0, message), ok, ok) },
  "no message": { headers: web, body: ok },
  "two messages": { headers: web, body: bytes(frame(0, message), frame(0, message), ok) },
  "compressed message": { headers: web, body: bytes(frame(1, message), ok) },
  "compressed trailers": {
    headers: web,
    body: bytes(frame(0, message), trailers("grpc-status: 0\r\n", 0x81)),
  },
  "no body": { headers: web },
  ...statuses(),
  "half a prefix": { headers: web, body: bytes([0, 0, 0]) },
  "half a message": { headers: web, body: frame(0, message, 100) },
  "four gigabytes promised": { headers: web, body: frame(0, message, 0xffffffff) },
  "message that is no protobuf": { headers: web, body: bytes(frame(0, bytes([0x4a, 0x7f, 1])), ok) },
  "garbage bytes": {
    headers: web,
    // Two bytes are 0, or else these would promise more than the stock transport finds memory for at once.
    body: Uint8Array.from(
      { length: 64 },
      (_, index) => (index === 1 || index === 2 ? 0 : index * 37 + 11) & 255,
    ),
  },
  "wrong content type": { headers: { "content-type": "text/html" }, body: html },
  "no content type": { body: text("ok") },
  "base64 text": { headers: { "content-type": "application/grpc-web-text" }, body: text("AAAA") },
  "native gRPC": { headers: { "content-type": "application/grpc" }, body: frame(0, message) },
  "cut off": { headers: { ...web, "content-length": "100" }, body: frame(0, message), cut: true },
  "largest message": { headers: web, body: bytes(frame(0, largeMessage(4 * 1024 * 1024)), ok) },
  "too large message": { headers: web, body: bytes(frame(0, largeMessage(4 * 1024 * 1024 + 1)), ok) },
  "never ending": { headers: web, body: frame(0, message), open: true },
  ...httpStatuses(),
  "connect ok": {
    headers: { "content-type": "application/proto", "trailer-x-after": "1", "x-before-bin": "AAEC" },
    body: message,
  },
  "connect empty": { headers: { "content-type": "application/proto" } },
  "connect error": {
    status: 403,
    headers: { "content-type": "application/json" },
    body: text('{"code":"permission_denied","message":"no entry","details":[{"type":"a.B","value":"AAEC"}]}'),
  },
  "connect error of no JSON": { status: 503, headers: { "content-type": "text/plain" }, body: text("busy") },
  "connect error of broken JSON": {
    status: 503,
    headers: { "content-type": "application/json" },
    body: text("{"),
  },
  "connect error without code": {
    status: 404,
    headers: { "content-type": "application/json" },
    body: text("{}"),
  },
  "connect compressed": {
    headers: { "content-type": "application/proto", "content-encoding": "zstd" },
    body: message,
  },
  "connect wrong content type": { headers: { "content-type": "text/html" }, body: text("<html>") },
  "connect streaming": { headers: { "content-type": "application/connect+proto" }, body: frame(0, message) },
  "connect JSON": { headers: { "content-type": "application/json" }, body: text("{}") },
  "connect no protobuf": { headers: { "content-type": "application/proto" }, body: bytes([0x4a, 0x7f, 1]) },
} satisfies Record<string, RawAnswer>;

/** Field 9 with so much text that the whole message has `size` bytes. */
function largeMessage(size: number): Uint8Array {
  const length = size - 5;
  const prefix = [
    0x4a,
    (length & 127) | 128,
    ((length >>> 7) & 127) | 128,
    ((length >>> 14) & 127) | 128,
    length >>> 21,
  ];
  const large = new Uint8Array(size).fill(0x6d);
  large.set(prefix);
  return large;
}

/** Statuses in all places where one can stand, and frames in all orders. */
function statuses() {
  const whole = frame(0, message);
  const refused = { ...web, "grpc-status": "7", "grpc-message": "no%20entry" };
  const fine = { ...web, "grpc-status": "0" };
  const late = trailers("grpc-status: 13\r\ngrpc-message: late\r\n");
  const details = "grpc-status-details-bin";
  return {
    "refusal in headers, status 0 in the trailer": { headers: refused, body: bytes(whole, ok) },
    "refusal in headers, an empty trailer": { headers: refused, body: bytes(whole, trailers("")) },
    "refusal in headers, a trailer without a status": {
      headers: refused,
      body: bytes(whole, trailers("x: 1\r\n")),
    },
    "refusal in headers, a message and no trailer": { headers: refused, body: whole },
    "refusal in headers, an empty trailer and no message": { headers: refused, body: trailers("") },
    "refusal in headers, half a frame": { headers: refused, body: frame(0, message, 100) },
    "refusal in headers, another in the trailer": { headers: refused, body: late },
    "refusal in headers, of no content type": {
      headers: { "grpc-status": "7", "grpc-message": "no%20entry" },
    },
    "refusal in headers, of HTML": {
      headers: { ...refused, "content-type": "text/html" },
      body: html,
    },
    "refusal in headers, with HTTP 403": { status: 403, headers: { ...refused, "grpc-status": "14" } },
    "refusal in headers, with HTTP 403 and HTML": {
      status: 403,
      headers: { ...refused, "grpc-status": "14", "content-type": "text/html" },
      body: text("<html>"),
    },
    "refusal in the trailer, with HTTP 500": { status: 500, headers: web, body: late },
    "success with HTTP 403": { status: 403, headers: web, body: bytes(whole, ok) },
    "status 0 in headers, HTTP 503": { status: 503, headers: fine },
    "status 0 in headers, no body": { headers: fine },
    "status 0 in headers, HTML": { headers: { ...fine, "content-type": "text/html" }, body: html },
    "status 0 in headers, native gRPC": {
      headers: { ...fine, "content-type": "application/grpc" },
      body: whole,
    },
    "status 0 in headers, a message and no trailer": { headers: fine, body: whole },
    "status 0 in headers, an empty trailer": { headers: fine, body: bytes(whole, trailers("")) },
    "status 0 in headers, refusal in the trailer": { headers: fine, body: bytes(whole, late) },
    "empty trailer": { headers: web, body: bytes(whole, trailers("")) },
    "nothing but an empty trailer": { headers: web, body: trailers("") },
    "trailer before the message": { headers: web, body: bytes(ok, whole) },
    "trailer between messages": { headers: web, body: bytes(whole, ok, whole) },
    "two trailers, one a refusal": { headers: web, body: bytes(whole, ok, late) },
    "half a trailer": { headers: web, body: bytes(whole, frame(0x80, text("grpc-status: 0\r\n"), 100)) },
    "bytes after the trailer": { headers: web, body: bytes(whole, ok, [0]) },
    "a frame of an unknown kind": { headers: web, body: bytes(frame(2, message), ok) },
    "two statuses in the trailer": {
      headers: web,
      body: bytes(whole, trailers("grpc-status: 0\r\ngrpc-status: 7\r\n")),
    },
    "lines with bare line feeds": {
      headers: web,
      body: trailers("grpc-status: 9\ngrpc-message: not%20now\nx-after: 1\n"),
    },
    "success with bare line feeds": {
      headers: web,
      body: bytes(whole, trailers("grpc-status: 0\nx-after: 1\n")),
    },
    "refusal behind a bare line feed": {
      headers: web,
      body: bytes(whole, trailers("x: 1\ngrpc-status: 7\n")),
    },
    "trailer line without a name": {
      headers: web,
      body: bytes(whole, trailers("grpc-status: 0\r\nnonsense\r\n")),
    },
    // The first is a google.rpc.Status with code 0, the second one with code 5, the third one with code 99.
    "refusal with details that say OK": {
      headers: web,
      body: bytes(whole, trailers(`grpc-status: 7\r\n${details}: CAA\r\n`)),
    },
    "status 0 with details of a refusal": {
      headers: web,
      body: bytes(whole, trailers(`grpc-status: 0\r\n${details}: CAU\r\n`)),
    },
    "status 0 with details of an unknown status": {
      headers: web,
      body: bytes(whole, trailers(`grpc-status: 0\r\n${details}: CGM\r\n`)),
    },
    "status 0 with broken details": {
      headers: web,
      body: bytes(whole, trailers(`grpc-status: 0\r\n${details}: ????\r\n`)),
    },
    "details of a refusal in headers": { headers: { ...web, [details]: "CAU" }, body: bytes(whole, ok) },
    "JSON over gRPC-Web": {
      headers: { "content-type": "application/grpc-web+json" },
      body: bytes(frame(0, text("{}")), ok),
    },
  } satisfies Record<string, RawAnswer>;
}

/** HTTP errors as proxies in front of a server make them. */
function httpStatuses(): Record<string, RawAnswer> {
  const codes = [301, 400, 401, 403, 404, 418, 429, 500, 502, 503, 504];
  return Object.fromEntries(
    codes.map((status) => [
      `HTTP ${status}`,
      { status, headers: { "content-type": "text/html", location: "/" }, body: text("<html>proxy</html>") },
    ]),
  );
}

export type RawAnswerName = keyof typeof answers;

export const rawAnswers: ReadonlyMap<string, RawAnswer> = new Map(Object.entries(answers));
