/**
 * The service behind the gateway and behind the hand-written Workers, in a process of its own:
 * `node backend.ts PORT`. It speaks just enough HTTP/1.1 (no chunked requests, no pipelining) to cost less
 * than anything that is measured in front of it.
 */
import { createServer } from "node:net";

const user = answer("application/json", '{"user":{"id":"u-17","plan":"gold"},"roles":["reader","writer"]}');
const filler = "x".repeat(1000);

/** One response with its length. */
function answer(contentType: string, body: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: ${contentType}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/**
 * What a gRPC-Web server says to an ExternalCallout: the header X-User with `u-17`, and the variable `user.id`.
 * Bytes as latin1 text, each message after its length.
 */
function calloutAnswer(): string {
  const field = (tag: number, content: string) => String.fromCharCode(tag, content.length) + content;
  const frame = (flags: number, content: string) => `${String.fromCharCode(flags)}\0\0${field(0, content)}`;
  const header = field(0x22, field(0x0a, "X-User") + field(0x12, field(0x0a, "u-17")));
  const variable = field(0x7a, field(0x0a, "user.id") + field(0x12, field(0x1a, "u-17")));
  const message = frame(0, field(0x0a, header) + variable);
  return answer("application/grpc-web+proto", message + frame(0x80, "grpc-status: 0\r\n"));
}

const callout = calloutAnswer();

/** The response to one request head: what callouts ask for, or a target that names the header it was given. */
function respond(head: string): string {
  if (head.startsWith("GET /user ")) return user;
  if (head.startsWith("POST /apigee.ExternalCalloutService/")) return callout;
  const seen = /\r\nx-user: ([^\r]*)/i.exec(head)?.[1] ?? "nobody";
  return answer("text/plain", `${seen} ${filler}`);
}

/** Whether a request is there with its body. */
function isWhole(request: string): boolean {
  const end = request.indexOf("\r\n\r\n");
  if (end === -1) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(request)?.[1] ?? "0";
  return request.length - end - 4 === Number(length);
}

const server = createServer((socket) => {
  let request = "";
  socket.setNoDelay(true);
  socket.setEncoding("latin1");
  socket.on("error", () => socket.destroy());
  socket.on("data", (text: string) => {
    request += text;
    if (!isWhole(request)) return;
    socket.write(respond(request), "latin1");
    request = "";
  });
});
server.listen(Number(process.argv[2]), "127.0.0.1", () => console.log("listening"));
