import type { Position } from "../documents/report.ts";
import { EgressError } from "./error.ts";
import type { TargetServer } from "./target-server.ts";

/** A load balancer as configured. Apigee: "Load balancing across backend servers". */
export interface LoadBalancerConfig {
  readonly algorithm: "RoundRobin" | "Weighted" | "LeastConnections";
  /** In the order of the configuration, which is the order of rotation. */
  readonly servers: readonly BalancedServer[];
  /** How many failures in a row take a server out of rotation; 0 is never. */
  readonly maxFailures: number;
  readonly retryEnabled: boolean;
  /** Status codes that count as failures, besides no answer at all. */
  readonly unhealthyCodes: readonly number[];
  /** How long a server stays out of rotation, in milliseconds. */
  readonly disableMs: number;
}

export interface BalancedServer {
  readonly name: string;
  /** Where it is named. */
  readonly at: Position;
  readonly weight: number;
  readonly isEnabled: boolean;
  readonly isFallback: boolean;
}

/** How a balanced call went; `loadbalancing.*` variables show all of it but the answer. */
export interface Balanced {
  /** The last server's answer, or why there is none. */
  readonly answer: Response | EgressError;
  /** The server that `answer` is from; null when none was in rotation. */
  readonly server: TargetServer | null;
  /** The names of the servers that failed during this call, in order. */
  readonly failedServers: readonly string[];
  readonly isFallback: boolean;
}

/** A server in this isolate: what rotation remembers of it. */
interface Member extends BalancedServer {
  readonly server: TargetServer;
  /** Failures since the last answer. */
  failures: number;
  /** Out of rotation before this time. */
  outUntil: number;
  /** Calls under way. */
  calls: number;
  /** Smooth weighted round robin: the share of turns that this server is owed. */
  owed: number;
}

/**
 * Spreads calls over target servers and keeps failing ones out of rotation. Isolates share no memory, so each
 * one rotates and counts for itself.
 *
 * After `maxFailures` failures in a row a server is left alone for `disableMs`; then the next call that is its
 * turn tries it, and one more failure takes it out again. Every answer without a listed code resets the count.
 */
export class LoadBalancer {
  readonly #config: LoadBalancerConfig;
  readonly #rotation: readonly Member[];
  readonly #fallback: Member | undefined;
  readonly #now: () => number;
  #turn = 0;

  /** Throws when a server of the configuration does not exist; deployment checks that first. */
  constructor(
    config: LoadBalancerConfig,
    targetServer: (name: string) => TargetServer | undefined,
    now: () => number,
  ) {
    const members = config.servers.map((balanced) => {
      const server = targetServer(balanced.name);
      if (server === undefined) throw new Error(`There is no target server "${balanced.name}".`);
      return { ...balanced, server, failures: 0, outUntil: 0, calls: 0, owed: 0 };
    });
    const enabled = members.filter(({ isEnabled, server }) => isEnabled && server.isEnabled);
    this.#config = config;
    this.#rotation = enabled.filter(({ isFallback }) => !isFallback);
    this.#fallback = enabled.find(({ isFallback }) => isFallback);
    this.#now = now;
  }

  /**
   * Calls one server, and with `retryEnabled` each other one after a failure until one answers. `attempt`
   * sends the call to the server it is given and rejects with {@link EgressError}; `replayable` is false when
   * it can only do so once, because the body is a stream.
   *
   * When no server is in rotation the answer is an EgressError of kind `noActiveTargets`.
   */
  async send(attempt: (server: TargetServer) => Promise<Response>, replayable: boolean): Promise<Balanced> {
    const tried: Member[] = [];
    const failedServers: string[] = [];
    let member = this.#choose(tried);
    if (member === undefined) {
      const answer = new EgressError("noActiveTargets", "No target server is in rotation.");
      return { answer, server: null, failedServers, isFallback: false };
    }
    for (;;) {
      tried.push(member);
      const answer = await this.#call(member, attempt);
      const failed = this.#isFailure(answer);
      this.#count(member, failed);
      if (failed) failedServers.push(member.name);
      const next = failed && replayable && this.#config.retryEnabled ? this.#choose(tried) : undefined;
      if (next === undefined) {
        return { answer, server: member.server, failedServers, isFallback: member.isFallback };
      }
      if (answer instanceof Response) answer.body?.cancel().catch(() => {});
      member = next;
    }
  }

  async #call(member: Member, attempt: (server: TargetServer) => Promise<Response>) {
    member.calls++;
    try {
      return await attempt(member.server);
    } catch (error) {
      if (error instanceof EgressError) return error;
      throw error;
    } finally {
      member.calls--;
    }
  }

  /** A call that was never sent says nothing about the server. */
  #isFailure(answer: Response | EgressError): boolean {
    return answer instanceof Response
      ? this.#config.unhealthyCodes.includes(answer.status)
      : answer.kind !== "refused" && answer.kind !== "invalid";
  }

  #count(member: Member, failed: boolean): void {
    const { maxFailures, disableMs } = this.#config;
    member.failures = failed ? member.failures + 1 : 0;
    if (maxFailures > 0 && member.failures >= maxFailures) member.outUntil = this.#now() + disableMs;
  }

  /** The server whose turn it is among those not tried yet; the fallback when no other is in rotation. */
  #choose(tried: readonly Member[]): Member | undefined {
    const now = this.#now();
    const active = this.#rotation.filter(({ outUntil }) => outUntil <= now);
    if (active.length === 0) {
      return this.#fallback && !tried.includes(this.#fallback) ? this.#fallback : undefined;
    }
    const candidates = active.filter((member) => !tried.includes(member));
    switch (this.#config.algorithm) {
      case "RoundRobin":
        return this.#nextInTurn(candidates);
      case "Weighted":
        return mostOwed(candidates);
      case "LeastConnections":
        return candidates.reduce<Member | undefined>(
          (least, member) => (least === undefined || member.calls < least.calls ? member : least),
          undefined,
        );
    }
  }

  #nextInTurn(candidates: readonly Member[]): Member | undefined {
    for (let step = 0; step < this.#rotation.length; step++) {
      const index = (this.#turn + step) % this.#rotation.length;
      const member = this.#rotation[index];
      if (member !== undefined && candidates.includes(member)) {
        this.#turn = index + 1;
        return member;
      }
    }
    return undefined;
  }
}

/** Smooth weighted round robin: every candidate earns its weight, and the one chosen pays for the round. */
function mostOwed(candidates: readonly Member[]): Member | undefined {
  let chosen: Member | undefined;
  let round = 0;
  for (const member of candidates) {
    member.owed += member.weight;
    round += member.weight;
    if (chosen === undefined || member.owed > chosen.owed) chosen = member;
  }
  if (chosen !== undefined) chosen.owed -= round;
  return chosen;
}
