import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { get, RunningSortie, repository } from "../cli/sortie.ts";

test("the example prints three requests, which answer, and stops with its services", async () => {
  const example = new RunningSortie(["example", "--port", "0"]);
  const url = await example.ready();
  const requests = [...example.output.matchAll(/curl -i (\S+)/g)].map(([, request]) => request ?? "");
  expect(requests).toHaveLength(3);
  const answers = await Promise.all(requests.map((request) => get(request)));
  expect(answers.map(({ status }) => status)).toEqual([200, 404, 200]);
  expect(JSON.parse(answers[0]?.text ?? "")).toMatchObject({ id: "1001", shipping: { days: 2 } });
  expect(await example.stop("SIGINT")).toBe(0);
  await expect(fetch(url)).rejects.toThrow();
});

test("nothing goes on when the launcher is killed", async () => {
  const launcher = join(repository, "src/cli/launch.js");
  const script = `
    const child = require("node:child_process").spawn(
      process.execPath,
      [${JSON.stringify(launcher)}, "dev", "policies", "--port", "0"],
      { stdio: ["ignore", 1, 2], env: { ...process.env, SORTIE_LAUNCHED: "1" } },
    );`;
  const parent = spawn(process.execPath, ["-e", script], {
    cwd: repository,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  parent.stdout.setEncoding("utf8").on("data", (text) => {
    output += text;
  });
  await expect.poll(() => output).toContain("Ctrl+C stops");
  const url = /http:\/\/localhost:\d+/.exec(output)?.[0] ?? "";
  expect((await get(`${url}/_sortie/health`)).status).toBe(200);
  parent.kill("SIGKILL");
  await once(parent, "exit");
  const answers = () =>
    fetch(url).then(
      () => true,
      () => false,
    );
  await expect.poll(answers).toBe(false);
});
