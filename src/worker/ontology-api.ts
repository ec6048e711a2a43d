import { OntologyError } from "../ontology/error.ts";
import { keyFromText } from "../ontology/key-text.ts";
import {
  linkTypeSideV2,
  objectTypeFullMetadata,
  objectTypeV2,
  ontologyFullMetadata,
  ontologyV2,
} from "../ontology/metadata.ts";
import { nameOf } from "../ontology/name.ts";
import { linkOf, objectTypeOf } from "../ontology/object-set.ts";
import type { ObjectType } from "../ontology/ontology.ts";
import type { CallersOntology } from "./ontologies.ts";

/** A request to the ontology's API. */
export interface OntologyRequest {
  readonly method: string;
  /** Of `/api/v2/ontologies…`, with a query or without. */
  readonly url: Pick<URL, "pathname" | "searchParams">;
  /** What the body is as JSON. */
  readBody(): unknown;
}

/** A request to an ontology that there is, by a caller who is known. */
interface Asked {
  readonly ontology: CallersOntology;
  /** A part of the path; "" where there is none. */
  param(name: string): string;
  /** A parameter of the query. */
  query(name: string): string | undefined;
  queries(name: string): string[];
  body(): Promise<Readonly<Record<string, unknown>>>;
}

type Answer = (asked: Asked) => object | Promise<object | string>;

const answers: { readonly method: string; readonly path: RegExp; readonly answer: Answer }[] = [];
const get = (path: string, answer: Answer) => add("GET", path, answer);
const post = (path: string, answer: Answer) => add("POST", path, answer);

function add(method: string, path: string, answer: Answer): void {
  const pattern = path.replace(/:(\w+)/g, "(?<$1>[^/]+)");
  answers.push({ method, path: new RegExp(`/api/v2/ontologies${pattern}$`), answer });
}

get("", ({ ontology }) => ({ data: [ontologyV2(ontology.visible)] }));
get("/:ontology", ({ ontology }) => ontologyV2(ontology.visible));
get("/:ontology/fullMetadata", ({ ontology }) => ontologyFullMetadata(ontology.visible));
post("/:ontology/metadata", async ({ ontology, body }) => {
  const { objectTypes } = await body();
  const named = Array.isArray(objectTypes) ? objectTypes : [];
  return ontologyFullMetadata(
    ontology.visible,
    named.map((name) => objectTypeOf(ontology.visible, nameOf(name))),
  );
});

get("/:ontology/objectTypes", ({ ontology }) => ({
  data: [...ontology.visible.objectTypes.values()].map(objectTypeV2),
}));
get("/:ontology/objectTypes/:type", (asked) => objectTypeV2(typeOf(asked)));
get("/:ontology/objectTypes/:type/fullMetadata", (asked) => objectTypeFullMetadata(typeOf(asked)));
get("/:ontology/objectTypes/:type/outgoingLinkTypes", (asked) => ({
  data: [...typeOf(asked).links.values()].map(linkTypeSideV2),
}));
get("/:ontology/objectTypes/:type/outgoingLinkTypes/:link", (asked) =>
  linkTypeSideV2(linkOf(typeOf(asked), asked.param("link"))),
);

get("/:ontology/objects/:type", (asked) => page(asked, baseOf(asked)));
get("/:ontology/objects/:type/:key", (asked) => one(asked, setOfOne(asked)));
get("/:ontology/objects/:type/:key/links/:link", (asked) => page(asked, linkedOf(asked)));
get("/:ontology/objects/:type/:key/links/:link/:linkedKey", async (asked) => {
  const side = linkOf(typeOf(asked), asked.param("link"));
  const target = objectTypeOf(asked.ontology.visible, side.target);
  return one(asked, withKey(linkedOf(asked), target, asked.param("linkedKey")));
});
post("/:ontology/objects/:type/search", async (asked) => {
  const { where, ...request } = await asked.body();
  const objectSet = where ? { type: "filter", objectSet: baseOf(asked), where } : baseOf(asked);
  return asked.ontology.ask({ type: "load", request: { ...request, objectSet } });
});
post("/:ontology/objects/:type/aggregate", async (asked) => {
  const { where, ...request } = await asked.body();
  const objectSet = where ? { type: "filter", objectSet: baseOf(asked), where } : baseOf(asked);
  return asked.ontology.ask({ type: "aggregate", request: { ...request, objectSet } });
});
post("/:ontology/objects/:type/count", (asked) =>
  asked.ontology.ask({ type: "count", objectSet: baseOf(asked) }),
);

post("/:ontology/objectSets/loadObjects", async ({ ontology, body }) => {
  const request = await body();
  return ontology.ask({ type: "load", request: { ...request, objectSet: request.objectSet } });
});
post("/:ontology/objectSets/aggregate", async ({ ontology, body }) =>
  ontology.ask({ type: "aggregate", request: await body() }),
);

/**
 * What can be read of an ontology, as an object or in JSON. Foundry: "Ontologies", "Ontology object", "Ontology object
 * set". Rejects with {@link OntologyError}, also for what Foundry's API has and this one does not (ApiNotSupported).
 */
export async function answerOntology(
  ontology: CallersOntology,
  { method, url, readBody }: OntologyRequest,
): Promise<object | string> {
  const { pathname, searchParams } = url;
  for (const { method: answered, path, answer } of answers) {
    const parts = method === answered ? path.exec(pathname)?.groups : undefined;
    if (!parts && !(method === answered && path.test(pathname))) continue;
    const param = (name: string) => decoded(parts?.[name] ?? "");
    mustBeNamed(ontology, param("ontology"));
    return answer({
      ontology,
      param,
      query: (name) => searchParams.get(name) ?? undefined,
      queries: (name) => searchParams.getAll(name),
      async body() {
        const json = await readBody();
        if (typeof json === "object" && json !== null && !Array.isArray(json)) return { ...json };
        throw new OntologyError("InvalidArgument", "The body has to be an object.", {});
      },
    });
  }
  throw new OntologyError("ApiNotSupported", `${method} ${pathname.slice(0, 300)} is not supported.`, {});
}

function mustBeNamed({ visible: { apiName, rid } }: CallersOntology, named: string): void {
  if (named === "" || named === apiName || named === rid) return;
  const ontologyRid = named.slice(0, 100);
  const message = `There is no ontology ${ontologyRid}. It is ${apiName}, or ${rid}.`;
  throw new OntologyError("OntologyNotFound", message, { ontologyRid });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function typeOf({ ontology, param }: Asked) {
  return objectTypeOf(ontology.visible, param("type"));
}

function baseOf({ param }: Asked) {
  return { type: "base", objectType: param("type") };
}

function setOfOne(asked: Asked) {
  return withKey(baseOf(asked), typeOf(asked), asked.param("key"));
}

function linkedOf(asked: Asked) {
  return { type: "searchAround", objectSet: setOfOne(asked), link: asked.param("link") };
}

/** The object of a set whose key a path has. */
function withKey(objectSet: object, type: ObjectType, key: string) {
  const where = { type: "eq", field: type.primaryKey, value: keyFromText(key, type) };
  return { type: "filter", objectSet, where };
}

/** A page as the query asks for it. Foundry: "List objects". */
function page(asked: Asked, objectSet: object): Promise<string> {
  const { ontology, query, queries } = asked;
  return ontology.ask({
    type: "load",
    request: {
      objectSet,
      pageSize: query("pageSize"),
      pageToken: query("pageToken"),
      select: queries("select"),
      orderBy: orderFrom(query("orderBy")),
      excludeRid: query("excludeRid") === "true",
    },
  });
}

/** `p.name:asc,p.level:desc`. Foundry: "OrderBy". */
function orderFrom(text: string | undefined): unknown {
  if (text === undefined || text === "") return undefined;
  const fields = text.split(",").map((part) => {
    const [property = "", direction = "asc"] = part.trim().split(":");
    return { field: property.replace(/^(?:p|properties)\./, ""), direction };
  });
  return { fields };
}

async function one(asked: Asked, objectSet: object): Promise<object> {
  const { ontology, queries, query } = asked;
  const { data } = await ontology.load({
    objectSet,
    pageSize: 1,
    select: queries("select"),
    excludeRid: query("excludeRid") === "true",
  });
  const [found] = data;
  if (found) return found;
  const linked = asked.param("linkedKey");
  const primaryKey = linked || asked.param("key");
  const parameters = { objectType: asked.param("type"), primaryKey };
  if (linked)
    throw new OntologyError("LinkedObjectNotFound", `No object ${primaryKey} is linked.`, parameters);
  throw new OntologyError("ObjectNotFound", `There is no object ${primaryKey}.`, parameters);
}
