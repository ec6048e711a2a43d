/**
 * Thrown by a step of a request flow that has the answer: nothing else of the request flow runs and no target is
 * called. The response flow begins where the same policy stands in it, or at its beginning when it does not.
 * It is no fault. Apigee: "ResponseCache policy".
 */
export class ContinueAtResponse {
  readonly policy: string;
  /** Whether the answer says that the policy failed. Apigee: "OAuthV2 policy" (GenerateErrorResponse). */
  readonly hasFailed: boolean;

  constructor(policy: string, hasFailed = false) {
    this.policy = policy;
    this.hasFailed = hasFailed;
  }
}
