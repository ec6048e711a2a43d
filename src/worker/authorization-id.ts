/** Names the Durable Object, and binds its record. */
export function authorizationId(environment: string, application: string, user: string): string {
  return JSON.stringify([environment, application, user]);
}
