/**
 * The service behind the gateway and behind the hand-written Workers, in a process of its own:
 * `node backend.ts PORT`. It speaks just enough HTTP/1.1 (no request bodies, no pipelining) to cost less
 * than anything that is measured in front of it.
 */
import { createServer } from "node:net";

const user = answer("application/json", '{"user":{"id":"u-17","plan":"gold"},"roles":["reader","writer"]}');
const filler = "x".repeat(1000);

/** One response with its length. */
function answer(contentType: string, body: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: ${contentType}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** The response to one request head: what callouts ask for, or a target that names the header it was given. */
function respond(head: string): string {
  if (head.startsWith("GET /user ")) return user;
  const seen = /\r\nx-user: ([^\r]*)/i.exec(head)?.[1] ?? "nobody";
  return answer("text/plain", `${seen} ${filler}`);
}

const server = createServer((socket) => {
  let head = "";
  socket.setNoDelay(true);
  socket.setEncoding("latin1");
  socket.on("error", () => socket.destroy());
  socket.on("data", (text: string) => {
    head += text;
    if (!head.endsWith("\r\n\r\n")) return;
    socket.write(respond(head), "latin1");
    head = "";
  });
});
server.listen(Number(process.argv[2]), "127.0.0.1", () => console.log("listening"));
