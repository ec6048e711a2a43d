import type { RequestListener } from "node:http";
import { sendJson } from "./send-json.ts";

/** Serves `GET /{collection}/{key}` from a map: 200 with the record, or 404 with `{"error":"…"}`. */
export function serveRecords(collection: string, records: ReadonlyMap<string, object>): RequestListener {
  const prefix = `/${collection}/`;
  return (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const record = pathname.startsWith(prefix) ? records.get(pathname.slice(prefix.length)) : undefined;
    if (request.method !== "GET" || record === undefined) {
      sendJson(response, 404, { error: `Nothing here for ${request.method} ${pathname}` });
    } else {
      sendJson(response, 200, record);
    }
  };
}
