import { expect, inject, test } from "vitest";
import { deploy, execute, sourceTo } from "./function-kit.ts";

const { a } = inject("servers");

test("a function calls its source through the source's own client", async () => {
  await deploy({ sources: [sourceTo("things", a)] });
  expect(await execute("callThings", { path: "/status/200?body=hello" })).toEqual({
    status: 200,
    body: { value: "200 hello" },
  });
});
