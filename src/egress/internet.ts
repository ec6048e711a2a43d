import type { Connection } from "./call.ts";
import { speaksHttp2 } from "./http2.ts";
import { deliver } from "./socket.ts";

/** The platform's own fetch, and its sockets: the only place of the product that calls it. */
export const internet: Connection = { fetch: (url, init) => fetch(url, init), speaksHttp2, deliver };
