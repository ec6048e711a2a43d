import * as v from "valibot";
import { referencesOf } from "../../bundle/references.ts";
import { apiProductSchema, appSchema, developerSchema } from "../../clients/entities.ts";
import { idOfDeveloper, madeId } from "../../clients/owners.ts";
import type { ReadClients } from "../../clients/read-clients.ts";
import type { EnvironmentModel } from "../../environment/read-environment.ts";
import type { GivenApp } from "./dev-options.ts";

/** Of everything that is served. */
const PRODUCT = "sortie-dev";
const EMAIL = "dev@localhost";

/**
 * The API products and apps of an environment, and apps of the command line that may call all of it, with every scope that
 * its policies ask for. They win over an app of the files that has the same key.
 */
export function withDevApps(
  { bundles, settings }: EnvironmentModel,
  given: readonly GivenApp[],
): ReadClients {
  const { clients } = settings;
  if (given.length === 0) return clients;
  const scopes = bundles.flatMap(({ bundle }) => referencesOf(bundle).flatMap((each) => each.scopes ?? []));
  const product = v.parse(apiProductSchema, { name: PRODUCT, scopes: [...new Set(scopes)] });
  const developerId = idOfDeveloper({ email: EMAIL });
  const developer = v.parse(developerSchema, { developerId, email: EMAIL, userName: "dev" });
  const apps = given.map(({ key, secret }, index) => {
    const name = `${PRODUCT}-${index + 1}`;
    return v.parse(appSchema, {
      appId: madeId("app", developerId, name),
      name,
      developerId,
      credentials: [{ consumerKey: key, consumerSecret: secret, apiProducts: [{ apiproduct: PRODUCT }] }],
    });
  });
  return {
    ...clients,
    products: [...clients.products, product],
    developers: [...clients.developers, developer],
    apps: [...clients.apps, ...apps],
  };
}
