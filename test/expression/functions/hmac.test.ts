import { describe, expect, test } from "vitest";
import { ExpressionError } from "../../../src/expression/value.ts";
import { render, strict } from "../render-template.ts";

const value = "The quick brown fox jumps over the lazy dog";
const sha256 = "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8";
const sha256Base64 = "97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg=";

describe("a keyed hash is base64 unless another encoding is asked for", () => {
  test.each([
    ["hmacMd5", "gAcHE0Y+d0m5DC3CSRHidQ==", "80070713463e7749b90c2dc24911e275"],
    ["hmacSha1", "3nybhbi3iqa8ino29wqQcBydtNk=", "de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9"],
    [
      "hmacSha224",
      "iP+LVGddObj3IyLmX/lFxS2WN5mIraJWOXR+aQ==",
      "88ff8b54675d39b8f72322e65ff945c52d96379988ada25639747e69",
    ],
    ["hmacSha256", sha256Base64, sha256],
    [
      "hmacSha384",
      "1/RyfiwLOa4PHkDMlvYCQtW3gBhBzqb8WSxdPhrlBwBYKpbPNeHlVJlf5OAzgcI3",
      "d7f4727e2c0b39ae0f1e40cc96f60242d5b7801841cea6fc592c5d3e1ae50700582a96cf35e1e554995fe4e03381c237",
    ],
    [
      "hmacSha512",
      "tCrwkFe6weLUFwjkipAuCbX/fxKrQopP6GZTxz3SSPuC+UilSfe3kaW0GRXuTR7Dk1NX5OIxclDQNyr6Lr7rOg==",
      "b42af09057bac1e2d41708e48a902e09b5ff7f12ab428a4fe86653c73dd248fb82f948a549f7b791a5b41915ee4d1ec3935357e4e2317250d0372afa2ebeeb3a",
    ],
  ])("%s", (name, base64, hex) => {
    expect(render(`{${name}(key,value)}`, { key: "key", value })).toBe(base64);
    expect(render(`{${name}(key,value,'utf-8','hex')}`, { key: "key", value })).toBe(hex);
  });
});

describe("the names of encodings are not case-sensitive", () => {
  test.each([
    ["key", "'UTF-8'", "'Base64'", sha256Base64],
    ["6b6579", "'hex'", "'base16'", sha256],
    ["6B6579", "'Base16'", "'HEX'", sha256],
    ["a2V5", "'base64'", "'base64'", sha256Base64],
    ["a2V5", "base64", "hex", sha256],
  ])("a key %s in %s gives %s", (key, keyEncoding, outputEncoding, expected) =>
    expect(render(`{hmacSha256(key,value,${keyEncoding},${outputEncoding})}`, { key, value })).toBe(expected),
  );
});

describe("nothing is signed with a key that anybody could know", () => {
  test("a key that is not set, or is empty, gives an empty text", () => {
    expect(render("{hmacSha256(private.key,value)}", { value })).toBe("");
    expect(render("{hmacSha256(private.key,value)}", { value, "private.key": "" })).toBe("");
  });
  test("a key that is not in its encoding gives an empty text", () => {
    expect(render("{hmacSha256(key,value,'hex')}", { value, key: "6b657" })).toBe("");
    expect(render("{hmacSha256(key,value,'base64')}", { value, key: "_-8=" })).toBe("");
  });
  test("a key that is not set is an error when variables must resolve", () => {
    expect(() => render("{hmacSha256(private.key,value)}", { value }, { unresolved: strict })).toThrow(
      "unresolved private.key",
    );
  });
});

test("an encoding that does not exist is refused at load, and gives an empty text from a variable", () => {
  expect(() => render("{hmacSha256(key,value,'utf-16')}")).toThrow(ExpressionError);
  expect(render("{hmacSha256(key,value,coding)}", { key: "key", value, coding: "utf-16" })).toBe("");
});
