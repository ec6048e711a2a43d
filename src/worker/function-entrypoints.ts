import { WorkerEntrypoint } from "cloudflare:workers";
import type { OutboundProps } from "../functions/isolate.ts";
import type {
  LogBatch,
  OntologyAnswer,
  SessionFailure,
  SessionToken,
  WebhookAnswer,
} from "../functions/protocol.ts";
import type { SessionProps } from "../functions/runner.ts";
import { servedBy } from "./gateways.ts";
import type { WorkerEnv } from "./worker-env.ts";

/** What a function's isolate is given for one call, its `Session`: it names the caller, and is good while that call runs. */
export class FunctionSession extends WorkerEntrypoint<WorkerEnv, SessionProps> {
  override fetch(request: Request): Promise<Response> {
    return servedBy(this.env).services.use(({ functions }) =>
      functions.throughSource(this.ctx.props, request, this.ctx),
    );
  }

  log(batch: LogBatch): Promise<void> {
    return servedBy(this.env).services.use(({ functions }) => functions.log(this.ctx.props, batch, this.ctx));
  }

  credentials(source: string): Promise<SessionToken | SessionFailure | null> {
    return servedBy(this.env).services.use(({ functions }) =>
      functions.credentials(this.ctx.props, source, this.ctx),
    );
  }

  webhook(source: string, name: string, input: string): Promise<WebhookAnswer> {
    return servedBy(this.env).services.use(({ functions }) =>
      functions.webhook(this.ctx.props, { source, name, input }, this.ctx),
    );
  }

  ontology(method: string, path: string, body: string | null): Promise<OntologyAnswer> {
    return servedBy(this.env).services.use(({ functions }) =>
      functions.ontology(this.ctx.props, { method, path, body }, this.ctx),
    );
  }
}

/** The whole network of a function's isolate, for whatever does not go through a session. */
export class FunctionEgress extends WorkerEntrypoint<WorkerEnv, OutboundProps> {
  override fetch(request: Request): Promise<Response> {
    return servedBy(this.env).services.use(({ functions }) =>
      functions.withoutCredentials(this.ctx.props, request, this.ctx),
    );
  }

  override connect(socket: Socket): Promise<void> {
    return servedBy(this.env).services.use(({ functions }) =>
      functions.socket(this.ctx.props, socket, this.ctx),
    );
  }
}
