import { createServer, type Server } from "node:http";
import { json } from "node:stream/consumers";
import { GoogleIssuer, type IssuerAccount } from "../../src/cli/example/google-issuer.ts";

/** A token issuer, and a server through which tests tell it which accounts there are: `PUT /EMAIL`. */
export interface TestIssuer {
  readonly issuer: GoogleIssuer;
  readonly registry: Server;
}

export async function startIssuer(): Promise<TestIssuer> {
  const issuer = await GoogleIssuer.start();
  const registry = createServer(async (request, response) => {
    const email = decodeURIComponent((request.url ?? "/").slice(1));
    issuer.addAccount(email, (await json(request)) as IssuerAccount);
    response.end();
  });
  return { issuer, registry };
}
