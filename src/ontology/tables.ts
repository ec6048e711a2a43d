import type { PropertyType } from "./file-schema.ts";
import type { LinkType, ObjectType, Ontology } from "./ontology.ts";
import { columnType } from "./property-value.ts";

/** How many columns the storage lets a table have. */
const MOST_COLUMNS = 100;

/**
 * Where objects and links are kept: a table for each object type, a column for each property. Types are part of
 * their names, so that a definition never reads what another one has written; what a definition does not know stays
 * where it is, for a rollback to find.
 */

/** The table of a type's objects, as SQL names it. */
export function tableOf(type: ObjectType): string {
  return quoted(`${type.apiName}:${type.primaryKey}:${typeName(keyTypeOf(type))}`);
}

/** The column of a property, as SQL names it. */
export function columnOf(name: string, type: PropertyType): string {
  return quoted(`${name}:${typeName(type)}`);
}

/** The column of the primary key. */
export function keyColumn(type: ObjectType): string {
  return columnOf(type.primaryKey, keyTypeOf(type));
}

export function keyTypeOf(type: ObjectType): PropertyType {
  const key = type.properties[type.primaryKey];
  if (!key) throw new Error(`${type.apiName} has no primary key`);
  return key;
}

/** The table of links that no property holds, with the columns `from` and `to`. */
export function linkTable({ apiName }: LinkType, from: ObjectType, to: ObjectType): string {
  const end = (type: ObjectType) => `${type.apiName}:${typeName(keyTypeOf(type))}`;
  return quoted(`link:${apiName}:${end(from)}:${end(to)}`);
}

/** Makes the tables, columns and indexes that an ontology needs and that are not there. */
export function makeTables(sql: SqlStorage, ontology: Ontology): void {
  for (const type of ontology.objectTypes.values()) {
    const table = tableOf(type);
    const key = `${keyColumn(type)} ${columnType(keyTypeOf(type))} PRIMARY KEY NOT NULL`;
    sql.exec(`CREATE TABLE IF NOT EXISTS ${table} (${key}) WITHOUT ROWID`);
    addColumns(sql, table, type);
  }
  for (const linkType of ontology.linkTypes.values()) {
    const from = ontology.objectTypes.get(linkType.from.objectType);
    const to = ontology.objectTypes.get(linkType.to.objectType);
    if (!from || !to) continue;
    const { foreignKey } = linkType.from;
    const property = foreignKey === undefined ? undefined : from.properties[foreignKey];
    if (foreignKey !== undefined && property) {
      const index = quoted(`index:${from.apiName}:${foreignKey}:${typeName(property)}:${from.primaryKey}`);
      sql.exec(`CREATE INDEX IF NOT EXISTS ${index} ON ${tableOf(from)} (${columnOf(foreignKey, property)})`);
      continue;
    }
    const table = linkTable(linkType, from, to);
    const columns = `"from" ${columnType(keyTypeOf(from))}, "to" ${columnType(keyTypeOf(to))}`;
    sql.exec(`CREATE TABLE IF NOT EXISTS ${table} (${columns}, PRIMARY KEY ("from", "to")) WITHOUT ROWID`);
    sql.exec(`CREATE INDEX IF NOT EXISTS ${quoted(`to:${table.slice(1, -1)}`)} ON ${table} ("to")`);
  }
  sql.exec(
    `CREATE TABLE IF NOT EXISTS history (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, user TEXT,
      name TEXT, action TEXT, edit TEXT NOT NULL)`,
  );
}

function addColumns(sql: SqlStorage, table: string, type: ObjectType): void {
  const there = new Set(
    sql
      .exec(`PRAGMA table_info(${table})`)
      .toArray()
      .map(({ name }) => quoted(String(name))),
  );
  const wanted = Object.entries(type.properties).map(([name, property]) => ({
    column: columnOf(name, property),
    type: columnType(property),
  }));
  const missing = wanted.filter(({ column }) => !there.has(column));
  const hidden = [...there].filter((column) => !wanted.some((one) => one.column === column));
  // Where there is no room, what former definitions have left makes it.
  const excess = there.size + missing.length - MOST_COLUMNS;
  for (const column of hidden.slice(0, Math.max(0, excess))) {
    const indexes = "SELECT name FROM sqlite_master WHERE type = 'index' AND instr(sql, ?) > 0";
    for (const { name } of sql.exec(indexes, `ON ${table} (${column})`).toArray()) {
      sql.exec(`DROP INDEX ${quoted(String(name))}`);
    }
    sql.exec(`ALTER TABLE ${table} DROP COLUMN ${column}`);
  }
  for (const { column, type } of missing) sql.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
}

function typeName(type: PropertyType): string {
  return type.type === "array" ? `array<${type.items.type}>` : type.type;
}

/** API names hold no quotes. */
function quoted(name: string): string {
  return `"${name}"`;
}
