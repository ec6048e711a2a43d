import * as v from "valibot";
import { apiProductSchema, appSchema, developerSchema } from "../../clients/entities.ts";
import type { ReadClients } from "../../clients/read-clients.ts";
import type { GivenApp } from "./dev-options.ts";

/** Of everything that is served. */
const PRODUCT = "sortie-dev";
const EMAIL = "dev@localhost";

/** The API products and apps of an environment, and apps of the command line that may call all of it. */
export function withDevApps(clients: ReadClients, given: readonly GivenApp[]): ReadClients {
  if (given.length === 0) return clients;
  const product = v.parse(apiProductSchema, { name: PRODUCT });
  const developer = v.parse(developerSchema, { developerId: EMAIL, email: EMAIL, userName: "dev" });
  const apps = given.map(({ key, secret }, index) =>
    v.parse(appSchema, {
      appId: `${PRODUCT}-${index + 1}`,
      name: `${PRODUCT}-${index + 1}`,
      developerId: EMAIL,
      credentials: [{ consumerKey: key, consumerSecret: secret, apiProducts: [{ apiproduct: PRODUCT }] }],
    }),
  );
  return {
    ...clients,
    products: [...clients.products, product],
    developers: [...clients.developers, developer],
    apps: [...clients.apps, ...apps],
  };
}
