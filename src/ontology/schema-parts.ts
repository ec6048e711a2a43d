import * as v from "valibot";

/** What the schemas of an ontology's parts share. */

export const described = <S extends v.GenericSchema>(schema: S, text: string) =>
  v.pipe(schema, v.description(text));

const IDENTIFIER = "must begin with a letter and go on with letters, digits and _, at most 100";

/** What types, properties, links and parameters may be called: code writes these names. */
const API_NAME = /^[A-Za-z]\w{0,99}$/;
export const apiName = v.pipe(v.string(), v.regex(API_NAME, IDENTIFIER));

const PRINCIPAL = "must be anyone, users, services, user:NAME or group:NAME";

/** Callers, by what is known of them. */
export const principals = v.array(
  v.pipe(
    v.string(),
    v.regex(/^(?:anyone|users|services|(?:user|group):.+)$/, PRINCIPAL),
    v.description(
      "anyone: callers without a name, too. users: people who have signed in. services: programs. user:NAME, group:NAME.",
    ),
  ),
);
