import { joinBytes } from "../../text/join-bytes.ts";
import { bodyFailure } from "../egress.ts";
import { GrpcError } from "./grpc-error.ts";

/** The answer of one call while it comes in, so that whoever stops waiting can let go of it. */
export class OpenAnswer {
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #isLetGo = false;

  /**
   * Reads the body to its end. Rejects with EgressError, and with GrpcError RESOURCE_EXHAUSTED once it is longer than
   * `limit` bytes.
   * @param headers the answer's
   */
  async read(answer: Response, headers: Headers, limit: number): Promise<Uint8Array> {
    try {
      if (this.#isLetGo) {
        await answer.body?.cancel();
        return new Uint8Array();
      }
      // The platform reads a body at once for a third of what chunks cost, and a length promises that it is small.
      if (promisesAtMost(headers, limit)) return new Uint8Array(await answer.arrayBuffer());
      return await this.#readChunks(answer, limit);
    } catch (error) {
      throw error instanceof GrpcError ? error : bodyFailure(error);
    }
  }

  async #readChunks({ body }: Response, limit: number): Promise<Uint8Array> {
    this.#reader = body?.getReader();
    const chunks: Uint8Array[] = [];
    let size = 0;
    for (let next = await this.#reader?.read(); next && !next.done; next = await this.#reader?.read()) {
      chunks.push(next.value);
      size += next.value.byteLength;
      if (size > limit) {
        throw new GrpcError("RESOURCE_EXHAUSTED", `gRPC message exceeds maximum size ${limit}`);
      }
    }
    const [only] = chunks;
    return chunks.length === 1 && only ? only : joinBytes(chunks, size);
  }

  /** Cancels what is still to come, also when the answer comes later. */
  letGo(): void {
    this.#isLetGo = true;
    this.#reader?.cancel().catch(() => {});
  }
}

/** A body that is compressed has another length when it is read. */
function promisesAtMost(headers: Headers, limit: number): boolean {
  const length = headers.get("content-length");
  return length !== null && Number(length) <= limit && !headers.has("content-encoding");
}
