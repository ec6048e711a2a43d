import type { Edit, ObjectLocator } from "./edit.ts";
import { OntologyError } from "./error.ts";
import { propertyOf } from "./filter.ts";
import { shownName } from "./name.ts";
import { linkOf, objectTypeOf } from "./object-set.ts";
import type { LinkSide, ObjectType, Ontology } from "./ontology.ts";
import { boundAs, type ColumnValue, fromColumn, toColumn } from "./property-value.ts";
import { columnOf, keyColumn, keyTypeOf, linkTable, tableOf } from "./tables.ts";
import { type NamedObject, Tally } from "./tally.ts";

/** Applies edits one after the other, and counts what they come to. */
export class Editor {
  readonly tally = new Tally();
  readonly #sql: SqlStorage;
  readonly #ontology: Ontology;

  constructor(sql: SqlStorage, ontology: Ontology) {
    this.#sql = sql;
    this.#ontology = ontology;
  }

  /**
   * Throws {@link OntologyError}: ObjectTypeNotFound, PropertyNotFound, InvalidPropertyValue, ObjectAlreadyExists,
   * ObjectNotFound, LinkTypeNotFound, LinkedObjectNotFound, InterfaceTypeNotFound.
   */
  apply(edit: Edit): void {
    switch (edit.type) {
      case "createObject":
        this.#create(edit.obj.apiName, edit.properties);
        break;
      case "updateObject":
        this.#update(edit.obj.$apiName, edit.obj.$primaryKey, edit.properties);
        break;
      case "deleteObject":
        this.#delete(edit.obj.$apiName, edit.obj.$primaryKey);
        break;
      case "addLink":
      case "removeLink":
        this.#link(edit.type, edit.apiName, edit.source, edit.target);
        break;
      case "createInterface":
      case "updateInterface":
      case "deleteInterface":
        throw new OntologyError("InterfaceTypeNotFound", "There are no interface types.", {
          interfaceType: edit.type === "createInterface" ? edit.interfaceType.apiName : edit.obj.$apiName,
        });
    }
  }

  #create(apiName: string, properties: Readonly<Record<string, unknown>>): void {
    const type = objectTypeOf(this.#ontology, apiName);
    const key = properties[type.primaryKey];
    const bound = keyOf(key, type);
    if (this.#isThere(type, bound)) {
      const message = `There is an object ${shownName(key)} of ${apiName} already.`;
      throw new OntologyError("ObjectAlreadyExists", message, { objectType: apiName, primaryKey: key });
    }
    const entries = Object.entries(properties).map(([name, value]) => this.#column(type, name, value));
    const columns = entries.map(({ column }) => column).join(", ");
    const places = entries.map(({ property }) => boundAs(property, "?")).join(", ");
    this.#sql.exec(
      `INSERT INTO ${tableOf(type)} (${columns}) VALUES (${places})`,
      ...entries.map(({ value }) => value),
    );
    this.tally.created(named(type, bound));
  }

  #update(apiName: string, key: unknown, properties: Readonly<Record<string, unknown>>): void {
    const type = objectTypeOf(this.#ontology, apiName);
    const bound = this.#existing(type, key);
    const entries = Object.entries(properties).map(([name, value]) => this.#column(type, name, value));
    const changed = entries.filter(({ column, value }) => {
      if (column !== keyColumn(type)) return true;
      if (value !== bound) throw invalidValue(type, type.primaryKey, "A primary key cannot be changed.");
      return false;
    });
    if (changed.length > 0) {
      const assignments = changed
        .map(({ column, property }) => `${column} = ${boundAs(property, "?")}`)
        .join(", ");
      this.#sql.exec(
        `UPDATE ${tableOf(type)} SET ${assignments} WHERE ${this.#isKey(type)}`,
        ...changed.map(({ value }) => value),
        bound,
      );
    }
    this.tally.modified(named(type, bound));
  }

  /** With its links. */
  #delete(apiName: string, key: unknown): void {
    const type = objectTypeOf(this.#ontology, apiName);
    const bound = this.#existing(type, key);
    for (const side of type.links.values()) {
      const other = objectTypeOf(this.#ontology, side.target);
      const { foreignKey } = side.linkType.from;
      if (foreignKey === undefined) {
        const here = side.end === "from" ? `"from"` : `"to"`;
        const where = `${here} = ${boundAs(keyTypeOf(type), "?")}`;
        this.#sql.exec(`DELETE FROM ${linksOf(side, type, other)} WHERE ${where}`, bound);
      } else if (side.end === "to") {
        const column = columnOf(foreignKey, propertyOf(other, foreignKey));
        const where = `${column} = ${boundAs(keyTypeOf(type), "?")}`;
        this.#sql.exec(`UPDATE ${tableOf(other)} SET ${column} = NULL WHERE ${where}`, bound);
      }
    }
    this.#sql.exec(`DELETE FROM ${tableOf(type)} WHERE ${this.#isKey(type)}`, bound);
    this.tally.deleted(named(type, bound));
  }

  #link(kind: "addLink" | "removeLink", apiName: string, source: ObjectLocator, target: ObjectLocator): void {
    const type = objectTypeOf(this.#ontology, source.$apiName);
    const side = linkOf(type, apiName);
    const other = objectTypeOf(this.#ontology, side.target);
    const here = this.#existing(type, source.$primaryKey);
    if (target.$apiName !== side.target) throw linkedNotFound(side, target);
    const there = keyOf(target.$primaryKey, other);
    if (!this.#isThere(other, there)) throw linkedNotFound(side, target);
    const { foreignKey } = side.linkType.from;
    const changed =
      foreignKey === undefined
        ? this.#linkInTable(kind, side, [type, here], [other, there])
        : this.#linkByKey(kind, foreignKey, ...fromTo(side, [type, here] as const, [other, there] as const));
    if (changed) this.tally.linked(kind, side, named(type, here), named(other, there));
  }

  #linkInTable(
    kind: "addLink" | "removeLink",
    side: LinkSide,
    here: readonly [ObjectType, ColumnValue],
    there: readonly [ObjectType, ColumnValue],
  ): boolean {
    const [[from, fromKey], [to, toKey]] = fromTo(side, here, there);
    const table = linkTable(side.linkType, from, to);
    const [a, b] = [boundAs(keyTypeOf(from), "?"), boundAs(keyTypeOf(to), "?")];
    const query =
      kind === "addLink"
        ? `INSERT OR IGNORE INTO ${table} ("from", "to") VALUES (${a}, ${b})`
        : `DELETE FROM ${table} WHERE "from" = ${a} AND "to" = ${b}`;
    this.#sql.exec(query, fromKey, toKey);
    return Number(this.#sql.exec("SELECT changes() AS n").one().n) > 0;
  }

  /** The link of the object that has the foreign key; it leads to one object at most. */
  #linkByKey(
    kind: "addLink" | "removeLink",
    foreignKey: string,
    [from, fromKey]: readonly [ObjectType, ColumnValue],
    [to, toKey]: readonly [ObjectType, ColumnValue],
  ): boolean {
    const column = columnOf(foreignKey, propertyOf(from, foreignKey));
    const key = boundAs(keyTypeOf(to), "?1");
    const [value, is] = kind === "addLink" ? [key, "IS NOT"] : ["NULL", "IS"];
    this.#sql.exec(
      `UPDATE ${tableOf(from)} SET ${column} = ${value} WHERE ${column} ${is} ${key} AND ${this.#isKey(from)}`,
      toKey,
      fromKey,
    );
    return Number(this.#sql.exec("SELECT changes() AS n").one().n) > 0;
  }

  #column(type: ObjectType, name: string, value: unknown) {
    const property = propertyOf(type, name);
    const column = toColumn(value, property);
    if (column !== undefined) return { column: columnOf(name, property), property, value: column };
    throw invalidValue(type, name, `The value of ${name} is not of the type ${property.type}.`);
  }

  /** The key of an object that there is, in its column. Throws {@link OntologyError} (ObjectNotFound). */
  #existing(type: ObjectType, key: unknown): ColumnValue {
    const bound = keyOf(key, type);
    if (this.#isThere(type, bound)) return bound;
    const message = `There is no object ${shownName(key)} of ${type.apiName}.`;
    throw new OntologyError("ObjectNotFound", message, { objectType: type.apiName, primaryKey: key });
  }

  #isThere(type: ObjectType, key: ColumnValue): boolean {
    const query = `SELECT 1 FROM ${tableOf(type)} WHERE ${this.#isKey(type)}`;
    return !this.#sql.exec(query, key).next().done;
  }

  #isKey(type: ObjectType): string {
    return `${keyColumn(type)} = ${boundAs(keyTypeOf(type), "?")}`;
  }
}

/** An object as answers name it: by its key in the one form that it is kept in. */
function named(type: ObjectType, key: ColumnValue): NamedObject {
  return { objectType: type.apiName, primaryKey: fromColumn(key, keyTypeOf(type)) };
}

function fromTo<T>(side: LinkSide, here: T, there: T): [T, T] {
  return side.end === "from" ? [here, there] : [there, here];
}

function linksOf(side: LinkSide, here: ObjectType, there: ObjectType): string {
  return linkTable(side.linkType, ...fromTo(side, here, there));
}

function keyOf(key: unknown, type: ObjectType): ColumnValue {
  const value = toColumn(key, keyTypeOf(type));
  if (value !== undefined && value !== null) return value;
  const message = `The primary key ${type.primaryKey} must have a value of the type ${keyTypeOf(type).type}.`;
  throw invalidValue(type, type.primaryKey, message);
}

function invalidValue({ apiName }: ObjectType, property: string, message: string): OntologyError {
  return new OntologyError("InvalidPropertyValue", message, { objectType: apiName, property });
}

function linkedNotFound(
  { apiName, target: linkedObjectType }: LinkSide,
  { $primaryKey }: ObjectLocator,
): OntologyError {
  const message = `There is no object ${shownName($primaryKey)} of ${linkedObjectType} to link to.`;
  const parameters = { linkType: apiName, linkedObjectType, linkedObjectPrimaryKey: $primaryKey };
  return new OntologyError("LinkedObjectNotFound", message, parameters);
}
