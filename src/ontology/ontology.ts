import type { ActionType } from "./action-type-schema.ts";
import type { LinkTypeDefinition, ObjectTypeDefinition, OntologyDefinition } from "./file-schema.ts";

/** A type of objects. `titleProperty` is there when the file names none, too. */
export interface ObjectType extends ObjectTypeDefinition {
  readonly apiName: string;
  readonly titleProperty: string;
  /** The links that its objects have, by their names. */
  readonly links: ReadonlyMap<string, LinkSide>;
}

/** A link as the objects at one end of it see it. */
export interface LinkSide {
  readonly apiName: string;
  readonly displayName: string | undefined;
  readonly linkType: LinkType;
  /** API name of the type of the objects at the other end. */
  readonly target: string;
  /** What those call the objects at this end. */
  readonly opposite: string;
  /** Whether an object has at most one. */
  readonly cardinality: "ONE" | "MANY";
  /** Which end of the link type this is. */
  readonly end: "from" | "to";
}

export interface LinkType extends LinkTypeDefinition {
  readonly apiName: string;
}

/** The ontology of an environment. It never changes. Foundry: "Ontology". */
export class Ontology {
  /** What the REST API calls it, as well as {@link rid}. */
  readonly apiName = "ontology";
  readonly rid: string;
  /** By API name. */
  readonly objectTypes: ReadonlyMap<string, ObjectType>;
  /** By API name. */
  readonly linkTypes: ReadonlyMap<string, LinkType>;
  /** By API name. */
  readonly actionTypes: ReadonlyMap<string, ActionType>;

  readonly definition: OntologyDefinition;
  readonly environment: string;

  /** @param definition without errors, as it is deployed */
  constructor(environment: string, definition: OntologyDefinition) {
    this.environment = environment;
    this.definition = definition;
    this.rid = `ri.ontology.main.ontology.${environment}`;
    this.linkTypes = new Map(
      Object.entries(definition.linkTypes).map(([apiName, type]) => [apiName, { apiName, ...type }]),
    );
    this.actionTypes = new Map(Object.entries(definition.actionTypes));
    const sides = [...this.linkTypes.values()].flatMap(sidesOf);
    this.objectTypes = new Map(
      Object.entries(definition.objectTypes).map(([apiName, type]) => {
        const links = sides.filter(({ source }) => source === apiName);
        return [
          apiName,
          {
            ...type,
            apiName,
            titleProperty: type.titleProperty ?? type.primaryKey,
            links: new Map(links.map(({ side }) => [side.apiName, side])),
          },
        ];
      }),
    );
  }

  /** What is left without all other object types, and the links to them. */
  restrictedTo(objectTypes: ReadonlySet<string>): Ontology {
    const { definition } = this;
    const only = <T>(types: Readonly<Record<string, T>>, isLeft: (name: string, type: T) => boolean) =>
      Object.fromEntries(Object.entries(types).filter(([name, type]) => isLeft(name, type)));
    return new Ontology(this.environment, {
      ...definition,
      objectTypes: only(definition.objectTypes, (name) => objectTypes.has(name)),
      linkTypes: only(
        definition.linkTypes,
        (_name, { from, to }) => objectTypes.has(from.objectType) && objectTypes.has(to.objectType),
      ),
    });
  }
}

/** Both ends of a link type, with the type of the objects that stand there. */
function sidesOf(linkType: LinkType): { source: string; side: LinkSide }[] {
  const { from, to } = linkType;
  const isKey = from.foreignKey !== undefined;
  return [
    {
      source: from.objectType,
      side: {
        apiName: from.apiName,
        displayName: from.displayName,
        linkType,
        target: to.objectType,
        opposite: to.apiName,
        cardinality: isKey ? "ONE" : "MANY",
        end: "from",
      },
    },
    {
      source: to.objectType,
      side: {
        apiName: to.apiName,
        displayName: to.displayName,
        linkType,
        target: from.objectType,
        opposite: from.apiName,
        cardinality: "MANY",
        end: "to",
      },
    },
  ];
}
