import { type BoundSecret, placeholdersFor, type SourceSecrets } from "../sources/placeholders.ts";
import type { DeclaredSource } from "./deployed.ts";

/** Secrets of a source by name. */
export type Secrets = Readonly<Record<string, string>>;

/** Of the secrets of a deployment's sources, what code sees: the same as long as they are the same. */
const known = new WeakMap<DeclaredSource, { readonly secrets: Secrets; readonly view: SourceSecrets }>();

/**
 * What code reads of a source's secrets, with placeholders for those that are bound to hosts. Code may keep a
 * placeholder as long as its isolate lives, so the same secrets always have the same ones.
 */
export function secretsView(declared: DeclaredSource, secrets: Secrets): SourceSecrets {
  const earlier = known.get(declared);
  if (earlier?.secrets === secrets) return earlier.view;
  const isSame = earlier !== undefined && JSON.stringify(earlier.secrets) === JSON.stringify(secrets);
  const view = isSame ? earlier.view : placeholdersFor(declared.source, secrets);
  known.set(declared, { secrets, view });
  return view;
}

/** The secrets that are put in place of their placeholders, of several sources. */
export function boundSecrets(
  sources: Iterable<DeclaredSource>,
  secrets: ReadonlyMap<string, Secrets>,
): readonly BoundSecret[] {
  return [...sources].flatMap((declared) => secretsView(declared, secrets.get(declared.name) ?? none).bound);
}

const none: Secrets = {};
