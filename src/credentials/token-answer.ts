import { decodeJwt } from "jose";
import * as v from "valibot";
import { maskOf } from "./mask.ts";
import { secondsIn, type TextAnswer } from "./oauth/token-answer.ts";
import { TokenError } from "./token-error.ts";
import type { Token, TokenCall } from "./token-request.ts";

/** What can stand in a header as a token. */
const token = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,16384}$/));

/** The answers of the token endpoint and of the IAM Credentials API, for access and for ID tokens. */
const answers = v.union([
  v.pipe(
    v.object({ access_token: token, expires_in: v.pipe(v.unknown(), v.transform(secondsIn), v.number()) }),
    v.transform((a) => ({ value: a.access_token, seconds: a.expires_in })),
  ),
  v.pipe(
    v.object({ id_token: token }),
    v.transform((a) => ({ value: a.id_token, until: expiryOf(a.id_token) })),
  ),
  v.pipe(
    v.object({ accessToken: token, expireTime: v.string() }),
    v.transform((a) => ({ value: a.accessToken, until: Date.parse(a.expireTime) })),
  ),
  v.pipe(
    v.object({ token }),
    v.transform((a) => ({ value: a.token, until: expiryOf(a.token) })),
  ),
]);

/** What is said beside the error, if anything is. */
const words = v.fallback(v.string(), "");

/** The errors of OAuth (a word and a text), and those of Google's APIs (an object). */
const refusals = v.union([
  v.object({ error: v.string(), error_description: v.optional(words, "") }),
  v.pipe(
    v.object({
      error: v.object({ status: v.optional(words, ""), message: v.optional(words, "") }),
    }),
    v.transform(({ error }) => ({ error: error.status, error_description: error.message })),
  ),
]);

/** No token is trusted for longer, whatever its issuer says. Milliseconds. */
const LONGEST_LIFETIME_MS = 12 * 3600 * 1000;

/**
 * The token in an answer. Throws {@link TokenError} when there is none, or one that is not valid now.
 * @param call what was answered
 * @param now epoch milliseconds
 */
export function readTokenAnswer(
  { status, text }: TextAnswer,
  call: Pick<TokenCall, "url" | "secrets">,
  now: number,
): Token {
  const { host } = new URL(call.url);
  const json = parsed(text);
  if (status < 200 || status > 299) throw refusal(status, json, host, maskOf(call.secrets));
  const result = v.safeParse(answers, json);
  if (!result.success) throw new TokenError(`${host} answered without a token.`);
  const { value } = result.output;
  const expiresAt = "until" in result.output ? result.output.until : now + result.output.seconds * 1000;
  if (!(expiresAt > now)) {
    throw new TokenError(`${host} answered with a token that has expired already. Is the clock right?`);
  }
  return { value, issuedAt: now, expiresAt: Math.min(expiresAt, now + LONGEST_LIFETIME_MS) };
}

/** A client's mistake stays one; too many requests and a server's trouble pass. */
function refusal(status: number, json: unknown, host: string, mask: (text: string) => string): TokenError {
  const result = v.safeParse(refusals, json);
  const said = result.success ? [result.output.error, result.output.error_description].filter(Boolean) : [];
  const reason = said.length > 0 ? ` (${withoutSecrets(said.map(mask).join(": ")).slice(0, 300)})` : "";
  const isFinal = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return new TokenError(`${host} answered with status ${status}${reason}.`, { isFinal });
}

/** Other words as long as a signature or a token are left out, too. */
function withoutSecrets(text: string): string {
  return text.replace(/[\w.~+/=-]{60,}/g, "…");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Epoch milliseconds; not a number when the text is no JWT or says nothing. */
function expiryOf(jwt: string): number {
  try {
    return (decodeJwt(jwt).exp ?? Number.NaN) * 1000;
  } catch {
    return Number.NaN;
  }
}
