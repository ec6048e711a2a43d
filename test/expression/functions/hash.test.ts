import { describe, expect, test } from "vitest";
import { render } from "../render-template.ts";

describe("a hash is of the text's UTF-8 bytes", () => {
  test.each([
    ["md5", "fee40dc24d0ad6a90c608052aa4e9e66", "/uQNwk0K1qkMYIBSqk6eZg=="],
    ["sha1", "cd56cb0ac45690731afed77ff66655dfdf8576da", "zVbLCsRWkHMa/td/9mZV39+Fdto="],
    [
      "sha256",
      "8285d1ad84c6b6e475d3b50dbf90389c8c7a07a278d9ae46d5698cbe872e3834",
      "goXRrYTGtuR107UNv5A4nIx6B6J42a5G1WmMvocuODQ=",
    ],
    [
      "sha384",
      "3cb0433a40379ce95ab87b70287791b17f74cabeccbeb0aab41a0f0182fbe5aad04386093f019880a585937b856ec996",
      "PLBDOkA3nOlauHtwKHeRsX90yr7MvrCqtBoPAYL75arQQ4YJPwGYgKWFk3uFbsmW",
    ],
    [
      "sha512",
      "9679a9fbb3fdb1f6c9507d383667a54f32189d0bff5c99e241074c031369a0cd72bdada053b9edc625f730e6bb09c7dc84f0930d4b80606beea4e01cd232b4ff",
      "lnmp+7P9sfbJUH04NmelTzIYnQv/XJniQQdMAxNpoM1yva2gU7ntxiX3MOa7CcfchPCTDUuAYGvupOAc0jK0/w==",
    ],
  ])("%sHex and %sBase64", (algorithm, hex, base64) => {
    expect(render(`{${algorithm}Hex(text)}`, { text: "grüße" })).toBe(hex);
    expect(render(`{${algorithm}Base64(text)}`, { text: "grüße" })).toBe(base64);
  });
});
