import { didYouMean } from "../documents/nearest.ts";
import type { Position, Report } from "../documents/report.ts";
import { type AppInFile, type ClientFiles, clientFiles, type Placed } from "./client-files.ts";
import { hasExpired } from "./identify.ts";
import type { OwnerOf } from "./owners.ts";
import { otherProxies } from "./product-match.ts";

const [productFile, developerFile, appGroupFile] = clientFiles;

/** A part of the directory is to stay small, whatever is in it. Characters of JSON. */
const LARGEST_ENTITY = 128 * 1024;

/** Of so many names at most one is looked for that may be meant: comparing takes its time. */
const MOST_COMPARED = 500;

/** How many names a message lists. */
const MOST_LISTED = 5;

/** What an operation may be for. Apigee: "REST Resource: organizations.apiproducts" (Operation). */
const METHODS = ["GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE", "ALL"];

/**
 * Checks who may call, as the files say it. Errors: DuplicateApiProduct, DuplicateDeveloper, DuplicateAppGroup,
 * DuplicateApp, DuplicateConsumerKey, AppOfNobody, EntityTooLarge. Warnings: UnknownApiProduct, UnknownStatus,
 * ExpiredKeys, AppsWithoutKeys, OperationsNotMatched, CoversEverything, UnknownMethod. None shows a key or a secret.
 */
export function checkClientFiles(files: ClientFiles, ownerOf: OwnerOf, report: Report): void {
  const { products, developers, appGroups, apps } = files;
  reportTwice(report, "DuplicateApiProduct", products, "API product", ({ name }) => name);
  reportTwice(report, "DuplicateDeveloper", developers, "developer", ({ email }) => email.toLowerCase());
  reportTwice(report, "DuplicateDeveloper", developers, "developer", ({ developerId }) => developerId, "id");
  reportTwice(report, "DuplicateAppGroup", appGroups, "app group", ({ name }) => name);
  reportTwice(report, "DuplicateApp", apps, "app of this owner", (app) => ownName(app, ownerOf));
  reportTwice(report, "DuplicateApp", apps, "app", ({ appId }) => appId, "id");
  reportKeysTwice(apps, report);
  for (const list of [products, developers, appGroups, apps]) reportTooLarge(list, report);
  for (const product of products) checkProduct(product, report);
  for (const { entity, at } of [...developers, ...appGroups]) {
    checkStatus(entity.status, ["active", "inactive"], at("status"), report);
  }
  reportNoDevelopers(files, report);
  for (const app of apps) {
    checkOwner(app, files, ownerOf, report);
    checkStatuses(app, report);
  }
  checkProductsOfKeys(files, report);
  reportExpired(apps, report);
  reportWithoutKeys(apps, report);
}

/** Null where it is not known whose an app is, which is reported. */
function ownName(app: AppInFile, ownerOf: OwnerOf): string | null {
  const { developerId, appGroup } = ownerOf(app);
  return developerId === null && appGroup === null ? null : JSON.stringify([developerId, appGroup, app.name]);
}

function reportTwice<Entity>(
  report: Report,
  code: string,
  list: readonly Placed<Entity>[],
  what: string,
  keyOf: (entity: Entity) => string | null | undefined,
  by = "name",
): void {
  const seen = new Set<string>();
  for (const { entity, at } of list) {
    const key = keyOf(entity);
    if (!key) continue;
    if (seen.has(key)) {
      report.error(code, at(), `There is another ${what} with this ${by}.`, "Take one of them out.");
    }
    seen.add(key);
  }
}

function reportKeysTwice(apps: ClientFiles["apps"], report: Report): void {
  const seen = new Map<string, AppInFile>();
  for (const { entity, at } of apps) {
    for (const [place, { consumerKey }] of entity.credentials.entries()) {
      const other = seen.get(consumerKey);
      if (other !== undefined) {
        const [message, remedy] =
          other === entity
            ? [`The app ${entity.name} has this consumer key twice.`, "Take one of them out."]
            : [
                `The app ${entity.name} has a consumer key that the app ${other.name} has, too.`,
                "Give one of them another key: a key says which app calls.",
              ];
        report.error("DuplicateConsumerKey", at("credentials", place, "consumerKey"), message, remedy);
      }
      seen.set(consumerKey, entity);
    }
  }
}

function reportTooLarge(list: readonly Placed<object>[], report: Report): void {
  for (const { entity, at } of list) {
    const size = JSON.stringify(entity).length;
    if (size <= LARGEST_ENTITY) continue;
    report.error(
      "EntityTooLarge",
      at(),
      `It has ${size} characters, and may have ${LARGEST_ENTITY}.`,
      "Take out old keys or long attributes.",
    );
  }
}

function checkProduct({ entity, at }: ClientFiles["products"][number], report: Report): void {
  const { name, operationGroup, proxies } = entity;
  const others = [...otherProxies(entity)];
  if (others.length > 0) {
    report.warning(
      "OperationsNotMatched",
      at("name"),
      `The API product ${name} has operations of GraphQL, gRPC, models or payloads, and lets in no request for ${listed(others)}.`,
      "To let them in, write an operationGroup with the proxies and paths in the place of these operations.",
    );
  } else if (operationGroup === null && proxies.length === 0) {
    report.warning(
      "CoversEverything",
      at("name"),
      `The API product ${name} names no proxy, so that its apps may call all of them.`,
      "If that is not meant, write an operationGroup with the proxies and paths that it covers.",
    );
  }
  for (const [config, { operations }] of (operationGroup?.operationConfigs ?? []).entries()) {
    for (const [operation, { resource, methods }] of operations.entries()) {
      for (const [place, method] of methods.entries()) {
        if (METHODS.includes(method.toUpperCase())) continue;
        report.warning(
          "UnknownMethod",
          at("operationGroup", "operationConfigs", config, "operations", operation, "methods", place),
          `The API product ${name} has an operation ${resource} for the method ${method}, which no request has.`,
          didYouMean(method.toUpperCase(), METHODS, `write one of ${METHODS.join(", ")}.`),
        );
      }
    }
  }
}

/** In one error, at the first: without the file it is so of all. */
function reportNoDevelopers({ developers, apps, wrong }: ClientFiles, report: Report): void {
  if (developers.length > 0 || wrong.has(developerFile)) return;
  const without = apps.filter(({ entity }) => entity.developerEmail || entity.developerId);
  const [first] = without;
  if (first === undefined) return;
  report.error(
    "AppOfNobody",
    first.at("name"),
    `Apps are of developers, of whom ${developerFile} has none: ${listed(without.map(({ entity }) => entity.name))}.`,
    `Add ${developerFile} with their developers.`,
  );
}

function checkOwner(
  { entity, at }: ClientFiles["apps"][number],
  files: ClientFiles,
  ownerOf: OwnerOf,
  report: Report,
): void {
  const { developerId, appGroup } = ownerOf(entity);
  if ((developerId === null) !== (appGroup === null)) return;
  const wrong = developerId === null ? withoutOwner(entity, files) : twoOwners(entity);
  if (wrong) report.error("AppOfNobody", at("name"), wrong.message, wrong.remedy);
}

const twoOwners = ({ name }: AppInFile) => ({
  message: `The app ${name} is of a developer and of an app group.`,
  remedy: "Take one of them out.",
});

/** Null where it is reported otherwise: the file that has its owner is wrong, or has nobody. */
function withoutOwner(
  { name, developerId, developerEmail, appGroup }: AppInFile,
  { developers, wrong }: ClientFiles,
): { readonly message: string; readonly remedy: string } | null {
  const developer = developerEmail ?? developerId;
  if (developer) {
    const known = developers.length > MOST_COMPARED ? [] : developers.map(({ entity: { email } }) => email);
    const message = `The app ${name} is of the developer ${developer}, whom ${developerFile} does not have.`;
    const remedy = didYouMean(developer, known, "add the developer, or take out the app.");
    return wrong.has(developerFile) || developers.length === 0 ? null : { message, remedy };
  }
  if (appGroup) {
    const message = `The app ${name} is of the app group ${appGroup}, which ${appGroupFile} does not have.`;
    return wrong.has(appGroupFile) ? null : { message, remedy: "Add the app group, or take out the app." };
  }
  const message = `The app ${name} is of nobody.`;
  return { message, remedy: "Write a developerId, developerEmail or appGroup." };
}

function checkStatuses({ entity, at }: ClientFiles["apps"][number], report: Report): void {
  const known = ["approved", "revoked", "pending"];
  checkStatus(entity.status, known, at("status"), report);
  for (const [place, { status, apiProducts }] of entity.credentials.entries()) {
    checkStatus(status, known, at("credentials", place, "status"), report);
    for (const [index, product] of apiProducts.entries()) {
      const path = ["credentials", place, "apiProducts", index, "status"];
      checkStatus(product.status, known, at(...path), report);
    }
  }
}

/** Exports may have one that is not known, and it refuses. */
function checkStatus(status: string, known: readonly string[], at: Position, report: Report): void {
  if (known.includes(status.toLowerCase())) return;
  const message = `The status is not known, and is taken as ${known[1]}.`;
  report.warning("UnknownStatus", at, message, didYouMean(status, known, `write ${known.join(" or ")}.`));
}

function checkProductsOfKeys({ products, apps, wrong }: ClientFiles, report: Report): void {
  if (wrong.has(productFile)) return;
  const names = new Set(products.map(({ entity }) => entity.name));
  for (const { entity, at } of apps) {
    for (const [key, { apiProducts }] of entity.credentials.entries()) {
      for (const [place, { apiproduct }] of apiProducts.entries()) {
        if (names.has(apiproduct)) continue;
        report.warning(
          "UnknownApiProduct",
          at("credentials", key, "apiProducts", place, "apiproduct"),
          `A key of the app ${entity.name} is for the API product ${apiproduct}, which ${productFile} does not have.`,
          didYouMean(
            apiproduct,
            names.size > MOST_COMPARED ? [] : names,
            "add the product, or take it from the key.",
          ),
        );
      }
    }
  }
}

/** In one warning, at the first: an export may have many. */
function reportExpired(apps: ClientFiles["apps"], report: Report): void {
  const now = Date.now();
  const expired = apps.flatMap(({ entity, at }) => {
    const place = entity.credentials.findIndex((credential) => hasExpired(credential, now));
    return place < 0 ? [] : { name: entity.name, at: () => at("credentials", place, "expiresAt") };
  });
  const [first] = expired;
  if (first === undefined) return;
  report.warning(
    "ExpiredKeys",
    first.at(),
    `Apps have keys that let nobody in, since their expiresAt has passed or is no time: ${listed(expired.map(({ name }) => name))}.`,
    "Take the keys out, or write an expiresAt in milliseconds since 1970, or -1 for never.",
  );
}

/** Apigee's emulator makes keys for them, and what the management API answers has them only for who asks for them. */
function reportWithoutKeys(apps: ClientFiles["apps"], report: Report): void {
  const without = apps.filter(({ entity }) => entity.credentials.length === 0);
  const [first] = without;
  if (first === undefined) return;
  report.warning(
    "AppsWithoutKeys",
    first.at("name"),
    `Apps have no key, and cannot call: ${listed(without.map(({ entity }) => entity.name))}.`,
    'Write "credentials" with a "consumerKey" and its "apiProducts"; the management API tells them with includeCred=true.',
  );
}

/** Some names, and how many more there are. */
export function listed(names: readonly string[]): string {
  const more = names.length - MOST_LISTED;
  return `${names.slice(0, MOST_LISTED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
