/** What the proxy `callout` does, as one writes it with Hono: a middleware that calls, and Hono's proxy helper. */
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { proxy } from "hono/proxy";

interface Variables {
  readonly Variables: { userId: string };
}

const user = createMiddleware<Variables>(async (c, next) => {
  const answer = await fetch("http://127.0.0.1:9490/user");
  if (!answer.ok) return c.text("the user service failed", 500);
  const { user } = await answer.json<{ user: { id: string } }>();
  c.set("userId", user.id);
  return next();
});

const app = new Hono<Variables>();

app.all("/callout/*", user, (c) => {
  const { search } = new URL(c.req.url);
  return proxy(`http://127.0.0.1:9490/target${c.req.path.slice("/callout".length)}${search}`, {
    ...c.req,
    headers: { ...c.req.header(), "X-User": c.get("userId") },
  });
});

export default app;
