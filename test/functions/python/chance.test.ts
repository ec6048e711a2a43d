import { expect, inject, test } from "vitest";
import { call, deploy, limits, sourceTo } from "../function-kit.ts";

const { a } = inject("servers");

test("two isolates share no randomness, though both start from one snapshot", async () => {
  const drawn: unknown[][] = [];
  for (const timeoutMs of [60_002, 60_003]) {
    await deploy({
      sources: [sourceTo("things", a)],
      published: { python_probe: { limits: { ...limits, timeoutMs } } },
      python: true,
    });
    drawn.push(JSON.parse(await call("chance", "", "python_probe")));
    expect(await call("count", "", "python_probe")).toBe("1");
  }
  const [one = [], other = []] = drawn;
  expect(one).toHaveLength(4);
  one.forEach((value, index) => {
    expect(value).not.toBe(other[index]);
  });
});
