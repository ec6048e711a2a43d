/** Types of records and of messages. RFC 5246, sections 6.2.1 and 7.4. */
const HANDSHAKE_RECORD = 22;
const CERTIFICATE = 11;
const CERTIFICATE_REQUEST = 13;

/** How much of a handshake is read, in bytes, and how many certificates: each is compared with all others. */
const LONGEST_HANDSHAKE = 256 * 1024;
const MOST_CERTIFICATES = 20;

/**
 * Reads what a server sends in a handshake of TLS 1.2, as far as it is in the clear: the certificates in the server's
 * own order, which libraries do not show.
 */
export class HandshakeReader {
  /** DER. */
  readonly certificates: Buffer[] = [];
  asksForCertificate = false;
  #bytes = Buffer.alloc(0);
  #messages = Buffer.alloc(0);
  #isOver = false;

  /** Takes the next bytes of the server. */
  read(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    while (!this.#isOver && this.#bytes.length >= 5) {
      const end = 5 + this.#bytes.readUInt16BE(3);
      if (this.#bytes[0] !== HANDSHAKE_RECORD) this.#isOver = true;
      else if (this.#bytes.length < end) break;
      else {
        this.#messages = Buffer.concat([this.#messages, this.#bytes.subarray(5, end)]);
        this.#bytes = this.#bytes.subarray(end);
        this.#readMessages();
      }
    }
    if (this.#bytes.length + this.#messages.length > LONGEST_HANDSHAKE) this.#isOver = true;
  }

  #readMessages(): void {
    while (this.#messages.length >= 4) {
      const end = 4 + this.#messages.readUIntBE(1, 3);
      if (this.#messages.length < end) return;
      const type = this.#messages[0];
      if (type === CERTIFICATE) this.#readCertificates(this.#messages.subarray(7, end));
      if (type === CERTIFICATE_REQUEST) this.asksForCertificate = true;
      this.#messages = this.#messages.subarray(end);
    }
  }

  #readCertificates(list: Buffer): void {
    for (let at = 0; at + 3 <= list.length && this.certificates.length < MOST_CERTIFICATES; ) {
      const end = at + 3 + list.readUIntBE(at, 3);
      if (end > list.length) return;
      this.certificates.push(list.subarray(at + 3, end));
      at = end;
    }
  }
}
