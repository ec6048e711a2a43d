import type { OntologyDefinition, PropertyDefinition } from "../../../ontology/file-schema.ts";
import { type LinkSide, type ObjectType, Ontology } from "../../../ontology/ontology.ts";
import { nameInPython } from "./names-in-python.ts";

/**
 * The ontology as type checkers of Python want it: stubs of `ontology_sdk`, by path. None without object types.
 * @param definition without errors
 */
export function declareInPython(definition: OntologyDefinition): Readonly<Record<string, string>> {
  const types = [...new Ontology("", definition).objectTypes.values()];
  if (types.length === 0) return {};
  return {
    "ontology_sdk/ontology/objects.pyi": objects(types),
    "ontology_sdk/ontology/object_sets.pyi": objectSets(types),
    "ontology_sdk/_client.pyi": client(types),
  };
}

const MADE = "# Made by sortie types.\n";

const IMPORTS = `${MADE}import datetime
import decimal
from collections.abc import Iterator
from typing import Any, ClassVar, Optional

from functions.api import GeoPoint, OntologyEdit
`;

function objects(types: readonly ObjectType[]): string {
  const classes = types.map(
    (type) => `
class _${type.apiName}Properties:
${indented(propertiesOf(type).map(({ name }) => `${name}: Property`))}

class ${type.apiName}(OntologyObject):
    object_type: ClassVar[_${type.apiName}Properties]  # type: ignore[assignment]
${indented([
  ...propertiesOf(type).map(({ name, python }) => attribute(name, python)),
  ...linksOf(type).map(({ name, link }) => attribute(name, `Links[${link.target}]`)),
  `def get_primary_key(self) -> ${keyOf(type)}: ...`,
])}
`,
  );
  return `${IMPORTS}from ontology_sdk._filters import Property
from ontology_sdk._links import Links
from ontology_sdk._objects import OntologyObject
${classes.join("")}`;
}

function objectSets(types: readonly ObjectType[]): string {
  const classes = types.map(
    (type) => `
class ${type.apiName}ObjectSet(ObjectSet[${type.apiName}]):
${indented(linksOf(type).map(({ name, link }) => `def search_around_${name}(self) -> ${link.target}ObjectSet: ...`))}
`,
  );
  return `${MADE}from ontology_sdk._object_sets import ObjectSet
${importsOf(types)}${classes.join("")}`;
}

function client(types: readonly ObjectType[]): string {
  const classes = types.map((type) => {
    const { apiName } = type;
    const properties = propertiesOf(type);
    const key = keyOf(type);
    const given = properties
      .filter(({ isKey }) => !isKey)
      .map(({ name, python }) => `${name}: ${python} = ...`);
    const parameters = [`primary_key: ${key}`, ...(given.length > 0 ? ["*", ...given] : [])].join(", ");
    return `
class All${apiName}(AllObjects[${apiName}], ${apiName}ObjectSet):
    def get(self, primary_key: ${key}) -> ${apiName}: ...

class Editable${apiName}:
${indented([
  ...properties.map(({ name, python }) => `${name}: ${python}`),
  ...linksOf(type).map(({ name, link }) => attribute(name, linkClass(link, types))),
  `def get_api_name(self) -> str: ...`,
  `def get_primary_key(self) -> ${key}: ...`,
])}

class Edited${apiName}:
    def create(self, ${parameters}) -> Editable${apiName}: ...
    def edit(self, obj: ${apiName} | ${key}) -> Editable${apiName}: ...
    def delete(self, obj: ${apiName} | ${key}) -> None: ...
`;
  });
  const names = types.map(({ apiName }) => apiName);
  return `${IMPORTS}from ontology_sdk._edits import LinkToMany, LinkToOne
from ontology_sdk._object_sets import AllObjects
from ontology_sdk._queries import Queries
${importsOf(types)}from ontology_sdk.ontology.object_sets import ${names.map((name) => `${name}ObjectSet`).join(", ")}
${classes.join("")}
class ObjectsClient:
${indented(names.map((name) => attribute(name, `All${name}`)))}

class EditedTypes:
${indented(names.map((name) => attribute(name, `Edited${name}`)))}

class OntologyEdits:
${indented([attribute("objects", "EditedTypes"), "def get_edits(self) -> list[OntologyEdit]: ..."])}

class OntologyClient:
${indented([
  attribute("objects", "ObjectsClient"),
  attribute("queries", "Queries"),
  "def edits(self) -> OntologyEdits: ...",
])}

class FoundryClient:
${indented([attribute("ontology", "OntologyClient")])}
`;
}

interface PythonProperty {
  readonly name: string;
  /** As an annotation. */
  readonly python: string;
  readonly isKey: boolean;
}

function propertiesOf({ properties, primaryKey }: ObjectType): PythonProperty[] {
  return Object.entries(properties).map(([apiName, property]) => {
    const isKey = apiName === primaryKey;
    const python = annotation(property);
    return { name: nameInPython(apiName), python: isKey ? python : `Optional[${python}]`, isKey };
  });
}

function linksOf({ links }: ObjectType): { name: string; link: LinkSide }[] {
  return [...links.values()].map((link) => ({ name: nameInPython(link.apiName), link }));
}

function keyOf(type: ObjectType): string {
  return propertiesOf(type).find(({ isKey }) => isKey)?.python ?? "str";
}

const scalars: Readonly<Record<string, string>> = {
  string: "str",
  boolean: "bool",
  byte: "int",
  short: "int",
  integer: "int",
  long: "int",
  float: "float",
  double: "float",
  decimal: "decimal.Decimal",
  date: "datetime.date",
  timestamp: "datetime.datetime",
  geopoint: "GeoPoint",
};

function annotation(property: PropertyDefinition): string {
  if (property.type === "array") return `list[${scalars[property.items.type]}]`;
  return property.type === "struct" ? "dict[str, Any]" : (scalars[property.type] ?? "Any");
}

function linkClass({ cardinality, target }: LinkSide, types: readonly ObjectType[]): string {
  const other = types.find(({ apiName }) => apiName === target);
  const given = `${target} | Editable${target} | ${other ? keyOf(other) : "str"}`;
  return `${cardinality === "MANY" ? "LinkToMany" : "LinkToOne"}[${given}]`;
}

function attribute(name: string, type: string): string {
  return `@property\ndef ${name}(self) -> ${type}: ...`;
}

function importsOf(types: readonly ObjectType[]): string {
  return `from ontology_sdk.ontology.objects import ${types.map(({ apiName }) => apiName).join(", ")}\n`;
}

function indented(lines: readonly string[]): string {
  return (lines.length > 0 ? lines : ["..."]).map((each) => each.replaceAll(/^/gm, "    ")).join("\n");
}
