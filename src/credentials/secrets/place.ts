import { SecretError } from "./error.ts";

/** Where a secret belongs: it is good nowhere else. */
export interface SecretPlace {
  readonly environment: string;
  /** The API name of a source, or {@link applicationPlace} of an outbound application. */
  readonly source: string;
  readonly name: string;
}

/** Where the client secret of an outbound application is kept, under the name {@link CLIENT_SECRET}. */
export const applicationPlace = (application: string) => `outbound-application:${application}`;
export const CLIENT_SECRET = "clientSecret";

/** The key in KV. */
export function secretKey({ environment, source, name }: SecretPlace): string {
  return `secret/${environment}/${source}/${name}`;
}

/** The place that a key in KV stands for; null when it is another kind of key. */
export function placeOf(key: string): SecretPlace | null {
  const [, environment, source, name] = /^secret\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(key) ?? [];
  return environment && source && name ? { environment, source, name } : null;
}

/** A secret out of those that were read. Throws {@link SecretError} when nobody has set it. */
export function secretOf(secrets: Readonly<Record<string, string>>, place: SecretPlace): string {
  const { environment, source, name } = place;
  const value = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
  if (value !== undefined) return value;
  throw new SecretError(
    `The secret ${name} of ${source} is not set. Set it with: sortie secret set ${source} ${name} --env ${environment}` +
      ` (for sortie dev without --env).`,
  );
}
