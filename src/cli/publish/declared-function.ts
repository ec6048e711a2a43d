import type * as t from "@babel/types";
import type { Position } from "../../documents/report.ts";
import type { PublishedFunction } from "../../functions/published-function.ts";
import type { DeclaredEdit } from "./read-edits.ts";
import type { Signature } from "./read-signature.ts";
import type { SourceFile } from "./source-file.ts";

/** A source that a function declares, by an alias or an API name, and where. */
export interface DeclaredSource {
  readonly name: string;
  readonly at: Position;
}

/** A function as its code declares it. */
export interface DeclaredFunction {
  readonly name: string;
  readonly at: Position;
  readonly language: PublishedFunction["language"];
  /** Whether it is a method with `@Query`. */
  readonly isQuery: boolean;
  /** Null when it is wrong. */
  readonly signature: Signature | null;
  readonly sources: readonly DeclaredSource[];
  readonly edits: readonly DeclaredEdit[];
  /** The expression that calls it, where `user` is the module that exports it. */
  readonly call: string;
  /** Whether that expression calls `clientOfCall`. */
  readonly usesClient: boolean;
  /** The method of a TypeScript v1 function, which alone uses its sources. */
  readonly method: { readonly node: t.ClassMethod; readonly file: SourceFile } | null;
}

const FUNCTION_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,99}$/;

/** Whether a function may have that name; it is part of URLs and of logs. */
export function isFunctionName(name: string): boolean {
  return FUNCTION_NAME.test(name);
}
