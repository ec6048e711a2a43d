import type { Context } from "hono";
import { html } from "hono/html";

/** What templates make: text in which everything that was put in is escaped. */
export type Html = ReturnType<typeof html>;

/** The style sheet of all pages. */
const STYLE_PATH = "/_sortie/oauth/style.css";

/**
 * Nothing but our own style sheet and forms. Forms of pages with `no-referrer` would be sent without an origin,
 * and be refused.
 */
const POLICY =
  "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const securityHeaders = {
  "content-security-policy": POLICY,
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cache-control": "no-store",
};

/** A page with a script of ours. */
const scriptHeaders = {
  ...securityHeaders,
  "content-security-policy": `${POLICY}; script-src 'self'; connect-src 'self'`,
};

/** Answers with a page. */
export function page(
  c: Context,
  {
    title,
    body,
    head = "",
    hasScript = false,
  }: { title: string; body: Html; head?: Html | string; hasScript?: boolean },
  status: 200 | 400 | 401 | 403 | 404 | 503 = 200,
): Response | Promise<Response> {
  const document = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    <link rel="stylesheet" href="${STYLE_PATH}">
    ${head}
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      ${body}
    </main>
  </body>
</html>`;
  return c.html(document, status, hasScript ? scriptHeaders : securityHeaders);
}

/** The style sheet as an answer. */
export function styleSheet(): Response {
  const headers = {
    "content-type": "text/css; charset=utf-8",
    "cache-control": "public, max-age=3600",
  };
  return new Response(style, { headers });
}

const style = `:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 42rem; margin: 2rem auto; padding: 0 1rem; }
section { border-top: 1px solid; padding: 0.5rem 0 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
button, .button { font: inherit; padding: 0.4rem 1rem; cursor: pointer; }
[role="alert"], [role="status"] { border: 1px solid; padding: 0.5rem 1rem; }
.prompt { white-space: pre-line; }
form > div, fieldset { margin: 0 0 1rem; }
label { display: block; font-weight: 600; }
input, select, textarea { font: inherit; width: 100%; box-sizing: border-box; padding: 0.3rem; }
[aria-invalid] { outline: 2px solid; }
.note, .problems { margin: 0.25rem 0; }
.problems:empty { display: none; }
`;
