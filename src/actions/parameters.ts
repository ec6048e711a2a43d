import { type Convert, checkedValue, typeName, ValueError } from "../functions/values.ts";
import type { ActionParameter, ActionType } from "../ontology/action-type-schema.ts";
import type { Ontology } from "../ontology/ontology.ts";
import { own } from "../ontology/own.ts";
import { canonical } from "./compare.ts";
import { ActionError } from "./error.ts";
import { typeOfProperty } from "./property-types.ts";
import { typeOfParameter } from "./value-types.ts";

/** How many elements a list may have. Foundry: "Scale and property limits" of actions. */
const MOST_ELEMENTS = 10_000;
const MOST_OBJECTS = 1_000;

/** How long a message about a value may be. Characters. */
const LONGEST_MESSAGE = 500;

/**
 * The parameters of an application, of their types, as far as they are given; null takes a value away. Throws
 * {@link ActionError}: ParametersNotFound, InvalidParameterValue.
 */
export function givenParameters(
  name: string,
  { parameters }: ActionType,
  given: Readonly<Record<string, unknown>>,
  ontology: Ontology,
): Map<string, unknown> {
  const unknown = Object.keys(given).filter((id) => !Object.hasOwn(parameters, id));
  if (unknown.length > 0) {
    throw new ActionError("ParametersNotFound", `${name} has no parameter ${unknown.join(", ")}.`, {
      actionType: name,
      unknownParameterIds: unknown,
      configuredParameterIds: Object.keys(parameters),
    });
  }
  const values = new Map<string, unknown>();
  for (const [id, parameter] of Object.entries(parameters)) {
    const value = own(given, id);
    if (value === undefined) continue;
    values.set(id, value === null ? null : typedParameter(id, parameter, value, ontology));
  }
  return values;
}

/** Throws {@link ActionError}: InvalidParameterValue. */
export function typedParameter(
  id: string,
  parameter: ActionParameter,
  value: unknown,
  ontology: Ontology,
): unknown {
  const type = typeOfParameter(parameter);
  const refuse = (message: string): never => {
    const shown = `${id}: ${message}`.slice(0, LONGEST_MESSAGE);
    throw new ActionError("InvalidParameterValue", shown, {
      parameterId: id,
      parameterBaseType: parameter.type,
      parameterDataType: typeName(type),
      parameterValue: shortened(value),
      message: shown,
    });
  };
  if (parameter.type === "array" && Array.isArray(value)) {
    const most = parameter.items.type === "object" ? MOST_OBJECTS : MOST_ELEMENTS;
    if (value.length > most) return refuse(`expected at most ${most} elements, got ${value.length}`);
  }
  try {
    return checkedValue(value, type, keysOf(ontology));
  } catch (error) {
    if (error instanceof ValueError) return refuse(error.message);
    throw error;
  }
}

/** Objects are known by primary keys, of the type that the property has, in the form in which they are kept. */
function keysOf({ objectTypes }: Ontology): Convert {
  return (value, type) => {
    const objectType = type.type === "object" ? objectTypes.get(type.objectType) : undefined;
    const property = objectType?.properties[objectType.primaryKey];
    const keyType = property && typeOfProperty(property);
    return keyType ? canonical(keyType.type, checkedValue(value, keyType)) : value;
  };
}

/** A value that is sent back is no longer than a message about it. */
function shortened(value: unknown): unknown {
  return JSON.stringify(value).length > LONGEST_MESSAGE ? null : value;
}
