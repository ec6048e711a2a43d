import type { Keyring } from "./keyring.ts";
import { readTokenAnswer } from "./token-answer.ts";
import { assertionCall, IAM_SCOPE, iamCall } from "./token-call.ts";
import type { SendTokenCall, Token, TokenContext, TokenRequest } from "./token-request.ts";

/** What tokens are made with. */
export interface MintOptions {
  readonly keyring: Keyring;
  readonly send: SendTokenCall;
  /** The address of the IAM Credentials API. */
  readonly iamCredentials: string;
}

/** The lifetime of the access tokens that a token endpoint makes. Seconds. */
const DEFAULT_LIFETIME = 3600;

/** What an account asks for when it calls the IAM Credentials API. */
const iamAccess: TokenRequest = { kind: "access", scopes: [IAM_SCOPE], lifetime: DEFAULT_LIFETIME };

/**
 * Asks Google for a new token. The key's token endpoint makes most of them; the IAM Credentials API those with
 * another lifetime, with an e-mail claim, or for another account than the key's. Rejects with TokenError, or
 * with what `send` rejects with.
 * @param cached gives the access token with which the key's account calls the API, as `Bearer TOKEN`
 */
export async function mintToken(
  account: string,
  request: TokenRequest,
  context: TokenContext,
  { keyring, send, iamCredentials }: MintOptions,
  cached: (account: string, request: TokenRequest) => string | Promise<string>,
): Promise<Token> {
  const key = keyring.keyFor(account);
  const isOrdinary =
    request.kind === "access" ? request.lifetime === DEFAULT_LIFETIME : !request.includeEmail;
  const call =
    key.account === account && isOrdinary
      ? await assertionCall(key, request, context.now())
      : iamCall(iamCredentials, account, request, await cached(key.account, iamAccess));
  return readTokenAnswer(await send(call, context), call, context.now());
}
