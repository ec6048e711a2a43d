import type { RequestListener } from "node:http";
import { json } from "node:stream/consumers";
import { sendJson } from "./send-json.ts";

/** Events beyond this number push the oldest out. */
const maxEvents = 100;

/**
 * The audit service: `POST /events` keeps a JSON event in memory (202), `GET /events` shows what was kept,
 * oldest first, as `{"events":[…]}`. A body that is not JSON is refused with 400.
 */
export function serveAudit(): RequestListener {
  const events: unknown[] = [];
  return async (request, response) => {
    if (request.url !== "/events") {
      sendJson(response, 404, { error: "The audit service has only /events" });
    } else if (request.method === "GET") {
      sendJson(response, 200, { events });
    } else if (request.method === "POST") {
      try {
        events.push(await json(request));
        events.splice(0, events.length - maxEvents);
        sendJson(response, 202, { kept: true });
      } catch {
        sendJson(response, 400, { error: "An event is a JSON document" });
      }
    } else {
      sendJson(response, 405, { error: "An event can be read (GET) or added (POST)" });
    }
  };
}
