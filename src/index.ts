import { Hono } from "hono";

const app = new Hono<{ Bindings: Env }>();
app.get("/_sortie/health", (c) => c.json({ status: "ok" }));
export default app;
