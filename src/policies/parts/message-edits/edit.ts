/**
 * What AssignMessage, RaiseFault and ServiceCallout's Request can do to a message, as plain data: one entry
 * for each list or property that an action names. Apigee: "AssignMessage policy".
 */
export type MessageEdit = SetValues | SetProperty | SetPayload | CopyParts | RemoveParts | AssignVariable;

/** The lists of a message that hold named values. */
export const valueLists = ["Headers", "QueryParams", "FormParams"] as const;
export type ValueList = (typeof valueLists)[number];

/** The properties of a message that are one text. */
export const textProperties = ["Verb", "Path", "Version", "StatusCode", "ReasonPhrase"] as const;
export type TextProperty = (typeof textProperties)[number];

/** What an action may be about, beside the lists. */
export type PartName = TextProperty | "Payload";

/** `Set` overwrites the values of each name; `Add` appends one more. */
export interface SetValues {
  readonly action: "Set" | "Add";
  readonly list: ValueList;
  /** Names as written; values are message templates. */
  readonly values: readonly { readonly name: string; readonly value: string }[];
}

export interface SetProperty {
  readonly action: "SetProperty";
  readonly property: TextProperty;
  /** A message template. */
  readonly value: string;
}

export interface SetPayload {
  readonly action: "SetPayload";
  /** A message template with the delimiters `prefix` and `suffix`. */
  readonly value: string;
  readonly prefix: string;
  readonly suffix: string;
  /** A message template; null leaves the Content-Type as it is. */
  readonly contentType: string | null;
}

export interface CopyParts {
  readonly action: "Copy";
  /** The name of the variable that holds the message to copy from. */
  readonly source: string;
  readonly parts: MessageParts;
}

export interface RemoveParts {
  readonly action: "Remove";
  readonly parts: MessageParts;
}

/** Which parts of a message an action is about. */
export interface MessageParts {
  readonly lists: Readonly<Record<ValueList, Selection>>;
  readonly payload: boolean;
  readonly properties: readonly TextProperty[];
}

/** All values of a list, or some: a name's N-th value (from 1), or with null all values of that name. */
export type Selection = "all" | readonly { readonly name: string; readonly index: number | null }[];

/**
 * Gives a variable a value: the first that there is of template, variable, literal and property.
 */
export interface AssignVariable {
  readonly action: "AssignVariable";
  readonly name: string;
  /** A message template. */
  readonly template: string | null;
  /** The name of a variable that holds a message template. */
  readonly templateRef: string | null;
  /** The name of another variable. */
  readonly ref: string | null;
  readonly value: string | null;
  /** A message template for `SET.KEY`, a property of the bundle's property sets. */
  readonly propertySetRef: string | null;
}
