/** The Worker's bindings: those of `wrangler.toml`, and what `sortie dev` adds. */
export interface WorkerEnv extends Env {
  /** JSON: `host:port` to the name of the service binding that connects there. */
  readonly CONNECTIONS?: string;
  /** Lets whoever knows it ask for a look at KV now (`POST /_sortie/refresh`). Not set when deployed. */
  readonly REFRESH_TOKEN?: string;
}
