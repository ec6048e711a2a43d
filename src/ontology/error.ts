import { ApiError, type ApiErrorCode } from "../text/api-error.ts";

/** The errors of Foundry's ontology API that there are here. Foundry: "Ontology errors". */
const codes = {
  OntologyNotFound: "NOT_FOUND",
  ObjectTypeNotFound: "NOT_FOUND",
  ObjectNotFound: "NOT_FOUND",
  LinkTypeNotFound: "NOT_FOUND",
  LinkedObjectNotFound: "NOT_FOUND",
  InterfaceTypeNotFound: "NOT_FOUND",
  ObjectSetNotFound: "NOT_FOUND",
  PropertyNotFound: "INVALID_ARGUMENT",
  InvalidPropertyValue: "INVALID_ARGUMENT",
  InvalidPropertyFilterValue: "INVALID_ARGUMENT",
  InvalidPropertyType: "INVALID_ARGUMENT",
  InvalidSortOrder: "INVALID_ARGUMENT",
  InvalidPageSize: "INVALID_ARGUMENT",
  InvalidPageToken: "INVALID_ARGUMENT",
  InvalidAggregationRange: "INVALID_ARGUMENT",
  AggregationMetricNotSupported: "INVALID_ARGUMENT",
  AggregationGroupCountExceededLimit: "INVALID_ARGUMENT",
  PropertiesNotFilterable: "INVALID_ARGUMENT",
  PropertyFiltersNotSupported: "INVALID_ARGUMENT",
  MalformedPropertyFilters: "INVALID_ARGUMENT",
  UnsupportedObjectSet: "INVALID_ARGUMENT",
  IncompatibleNestedObjectSet: "INVALID_ARGUMENT",
  ObjectsExceededLimit: "INVALID_ARGUMENT",
  OntologyEditsExceededLimit: "INVALID_ARGUMENT",
  InvalidArgument: "INVALID_ARGUMENT",
  ObjectAlreadyExists: "CONFLICT",
  EditObjectPermissionDenied: "PERMISSION_DENIED",
  /** Of Sortie: what Foundry's API has and this one does not. */
  ApiNotSupported: "NOT_FOUND",
} as const satisfies Record<string, ApiErrorCode>;

export type OntologyErrorName = keyof typeof codes;

/** What of an error crosses from the Durable Object: workerd logs what is thrown there as uncaught. */
export interface OntologyFailure {
  readonly errorName: OntologyErrorName;
  readonly message: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Why a question about the ontology has no answer, or edits are not applied. All of it is for the client. */
export class OntologyError extends ApiError<OntologyErrorName> implements OntologyFailure {
  constructor(errorName: OntologyErrorName, message: string, parameters?: Readonly<Record<string, unknown>>) {
    super(codes, errorName, message, parameters);
    this.name = "OntologyError";
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), parameters: { ...this.parameters, message: this.message } };
  }
}
