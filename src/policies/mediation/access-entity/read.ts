import type { XmlElement } from "../../../documents/element.ts";
import { didYouMean } from "../../../documents/nearest.ts";
import { readOneOf } from "../../../documents/read.ts";
import type { Report } from "../../../documents/report.ts";
import { refOf } from "../../parts/text-or-ref.ts";
import {
  type EntityType,
  entityTypes,
  type IdentifierType,
  isOwner,
  missingTypes,
  type SecondaryType,
  secondaryTypes,
} from "./identifiers.ts";

export interface AccessEntityConfig {
  readonly entity: EntityType;
  readonly identifier: { readonly type: IdentifierType; readonly ref: string };
  readonly secondary: { readonly type: SecondaryType; readonly ref: string } | null;
  readonly format: "XML" | "JSON";
}

/**
 * Problems: InvalidEntityType, EntityTypeNotSupported, EntityIdentifierMissing, InvalidIdentifierType,
 * SecondaryIdentifierMissing; IdentifierTypeMissing, a warning.
 */
export function readAccessEntity(xml: XmlElement, report: Report): AccessEntityConfig {
  const entity = readEntityType(xml, report);
  const identifier = xml.child("EntityIdentifier");
  const secondary = xml.child("SecondaryIdentifier");
  const config = {
    entity,
    identifier: {
      type: readIdentifierType(identifier, entity, report),
      ref: readVariable(identifier, xml, "EntityIdentifier", report),
    },
    secondary: secondary
      ? {
          type: readType(secondary, secondaryTypes, report) ?? "apiresource",
          ref: readVariable(secondary, xml, "SecondaryIdentifier", report),
        }
      : null,
    format: readOneOf(xml.child("OutputFormat"), ["XML", "JSON"], "XML", report),
  } as const;
  if (config.identifier.type === "appname" && !isOwner(config.secondary?.type ?? null)) {
    report.error(
      "SecondaryIdentifierMissing",
      identifier ?? xml,
      "Apps of several owners may have the same name, and the policy does not say whose app is meant.",
      'Add <SecondaryIdentifier ref="developer.id" type="developerid"/>, or developeremail, or appgroupname.',
    );
  }
  return config;
}

function readEntityType(xml: XmlElement, report: Report): EntityType {
  const element = xml.child("EntityType");
  const value = element?.attribute("value")?.trim().toLowerCase() ?? "";
  const known = value === "appgroupname" ? "appgroup" : value;
  if (Object.hasOwn(entityTypes, known)) return known as EntityType;
  if (missingTypes.has(value)) {
    report.error(
      "EntityTypeNotSupported",
      element ?? xml,
      `There are no entities of the type ${value} here.`,
      `What there is: ${Object.keys(entityTypes).join(", ")}.`,
    );
  } else {
    report.error(
      "InvalidEntityType",
      element ?? xml,
      value === "" ? "The policy does not say which type of entity it reads." : `Invalid type ${value}.`,
      didYouMean(value, Object.keys(entityTypes), 'Write <EntityType value="app"/> or another one.'),
    );
  }
  return "app";
}

function readIdentifierType(
  element: XmlElement | undefined,
  entity: EntityType,
  report: Report,
): IdentifierType {
  const types: readonly IdentifierType[] = entityTypes[entity];
  const [usual = "consumerkey"] = types;
  if (element === undefined) return usual;
  if (element.attribute("type") !== undefined) return readType(element, types, report) ?? usual;
  if (types.length > 1) {
    report.warning(
      "IdentifierTypeMissing",
      element,
      `<EntityIdentifier> does not say what ${element.attribute("ref") ?? ""} holds; it is taken for type="${usual}".`,
      `Add type="${usual}", or ${types.slice(1).join(", ")}.`,
    );
  }
  return usual;
}

/** Null for one that finds no such entity, which is reported. */
function readType<Type extends string>(
  element: XmlElement,
  types: readonly Type[],
  report: Report,
): Type | null {
  const value = element.attribute("type")?.trim().toLowerCase() ?? "";
  const known = types.find((type) => type === value);
  if (known !== undefined) return known;
  report.error(
    "InvalidIdentifierType",
    element,
    `<${element.name}> has the type "${value}", by which this entity cannot be found.`,
    didYouMean(value, types, `Write type="${types.join('" or type="')}".`),
  );
  return null;
}

function readVariable(
  element: XmlElement | undefined,
  xml: XmlElement,
  name: string,
  report: Report,
): string {
  const ref = refOf(element);
  if (ref === null) {
    report.error(
      "EntityIdentifierMissing",
      element ?? xml,
      `The policy does not name the variable that <${name}> is in.`,
      `Write <${name} ref="…" type="…"/> with a variable.`,
    );
  }
  return ref ?? "";
}
