import type { RequestListener } from "node:http";
import type { CarrierAccounts } from "./carrier-accounts.ts";
import { parcels, transitDays } from "./data.ts";
import { sendJson } from "./send-json.ts";

/**
 * The carrier's API. `GET /v1/transit-times?city=…` says how many days a parcel takes, to whoever has the API key;
 * `GET /v1/parcels` lists the parcels of the account whose access token comes with the request. Everything below
 * `/oauth/` is for {@link CarrierAccounts}.
 */
export function serveCarrier(apiKey: string, accounts: CarrierAccounts): RequestListener {
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    if (pathname.startsWith("/oauth/")) {
      accounts.serve(request, response);
    } else if (request.method === "GET" && pathname === "/v1/transit-times") {
      const days = transitDays.get(searchParams.get("city") ?? "");
      if (request.headers["x-api-key"] !== apiKey) sendJson(response, 401, { error: "The API key is wrong" });
      else if (days === undefined) sendJson(response, 404, { error: "The carrier does not go there" });
      else sendJson(response, 200, { days });
    } else if (request.method === "GET" && pathname === "/v1/parcels") {
      const account = accounts.accountOf(request.headers.authorization);
      if (account === null) sendJson(response, 401, { error: "The access token is not valid" });
      else sendJson(response, 200, { parcels: parcels.get(account) ?? [] });
    } else {
      sendJson(response, 404, { error: `Nothing here for ${request.method} ${pathname}` });
    }
  };
}
