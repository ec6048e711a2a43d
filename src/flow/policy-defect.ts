/** What a policy threw that is no fault, so a defect of the gateway, and in which policy. The cause is what was thrown. */
export class PolicyDefect extends Error {
  readonly policy: string;

  constructor(policy: string, cause: unknown) {
    super(`A defect in the policy ${policy}`, { cause });
    this.policy = policy;
  }
}
