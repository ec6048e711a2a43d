import fc from "fast-check";
import { expect, test } from "vitest";
import { HandshakeReader } from "../../../src/cli/source/handshake-reader.ts";

const sized = (bytes: Uint8Array, width: number) => {
  const length = Buffer.alloc(width);
  length.writeUIntBE(bytes.length, 0, width);
  return Buffer.concat([length, bytes]);
};

const message = (type: number, body: Uint8Array) => Buffer.concat([Buffer.from([type]), sized(body, 3)]);
const record = (type: number, body: Uint8Array) => Buffer.concat([Buffer.from([type, 3, 3]), sized(body, 2)]);

/** Bytes in pieces of that size. */
const cut = (bytes: Buffer, size: number) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );

test("the certificates of a server are read in its order, however its bytes are cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 5 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 1, max: 500 }),
      (certificates, asks, ofRecords, ofChunks) => {
        const list = sized(Buffer.concat(certificates.map((each) => sized(each, 3))), 3);
        const messages = Buffer.concat([
          message(2, Buffer.alloc(40)),
          message(11, list),
          ...(asks ? [message(13, Buffer.alloc(4))] : []),
          message(14, Buffer.alloc(0)),
        ]);
        const records = Buffer.concat(cut(messages, ofRecords).map((piece) => record(22, piece)));
        // What is encrypted from then on is not looked at.
        const all = Buffer.concat([records, record(20, Buffer.from([1])), record(22, message(11, list))]);
        const reader = new HandshakeReader();
        for (const chunk of cut(all, ofChunks)) reader.read(chunk);
        expect(reader.certificates.map((each) => [...each])).toEqual(certificates.map((each) => [...each]));
        expect(reader.asksForCertificate).toBe(asks);
      },
    ),
  );
});

test("whatever a server sends, reading ends, and no certificate is longer than what came", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 10 }), (chunks) => {
      const reader = new HandshakeReader();
      for (const chunk of chunks) reader.read(Buffer.concat([Buffer.from([22, 3, 3]), chunk]));
      const read = reader.certificates.reduce((sum, each) => sum + each.length, 0);
      expect(read).toBeLessThanOrEqual(chunks.reduce((sum, each) => sum + each.length + 3, 0));
    }),
  );
});

test("of a server that sends very many certificates, so many are looked at", () => {
  const one = sized(Buffer.from("a certificate"), 3);
  const list = sized(Buffer.concat(Array.from({ length: 500 }, () => one)), 3);
  const reader = new HandshakeReader();
  reader.read(record(22, message(11, list)));
  expect(reader.certificates).toHaveLength(20);
});
