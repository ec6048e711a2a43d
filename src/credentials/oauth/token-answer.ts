/** An answer of a token endpoint or of the one that revokes tokens. */
export interface TextAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * An answer as RFC 6749 has it, of what is looked at and no more: ID tokens are left out, because nobody here is
 * who they are about, and so are challenges, which say less than the body.
 *
 * Servers take liberties with what is optional: null for nothing, numbers as text, scopes as a list, another
 * status of success, and errors with one.
 */
export function conformAnswer({ status, text }: TextAnswer): Response {
  const json = jsonObject(text);
  if (json === null)
    return new Response(text === "" ? null : text, { status: isSuccess(status) ? 200 : status });
  const { access_token, token_type, error } = withoutNulls(json);
  const isError = isSuccess(status) && typeof error === "string" && access_token === undefined;
  const body = {
    access_token,
    token_type,
    expires_in: secondsIn(json.expires_in),
    refresh_token: wordsIn(json.refresh_token) || undefined,
    scope: wordsIn(Array.isArray(json.scope) ? json.scope.filter(isText).join(" ") : json.scope),
    error,
    error_description: wordsIn(json.error_description),
  };
  return Response.json(body, { status: isError ? 400 : isSuccess(status) ? 200 : status });
}

/** The refresh token in an answer of success, whatever else is wrong with it; null where there is none. */
export function refreshTokenIn({ status, text }: TextAnswer): string | null {
  return (isSuccess(status) && wordsIn(jsonObject(text)?.refresh_token)) || null;
}

/** A positive number of seconds, also as text; undefined for anything else. */
export function secondsIn(value: unknown): number | undefined {
  const seconds = isText(value) && /^\s*\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : value;
  return typeof seconds === "number" && seconds > 0 ? seconds : undefined;
}

const isSuccess = (status: number) => status >= 200 && status < 300;

const isText = (value: unknown): value is string => typeof value === "string";

const wordsIn = (value: unknown): string | undefined => (isText(value) ? value : undefined);

function withoutNulls(json: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null));
}

function jsonObject(text: string): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null && !Array.isArray(json) ? { ...json } : null;
  } catch {
    return null;
  }
}
