import { requestFaults } from "../faults.ts";
import { compileNamedValue, readNamedValue } from "../named-value.ts";
import { defineGrant, nothingSaid } from "./grant.ts";

/**
 * A user has told the app name and password. They have to be there; who they are is for the flow to check.
 * Apigee: "OAuthV2 policy" (UserName, PassWord). Format: RFC 6749, section 4.3.
 */
export const password = defineGrant({
  hasRefreshToken: true,

  read: (xml) => ({
    user: readNamedValue(xml, "UserName", "request.formparam.username"),
    password: readNamedValue(xml, "PassWord", "request.formparam.password"),
  }),

  build(config, context) {
    const user = compileNamedValue(config.user, context);
    const password = compileNamedValue(config.password, context);
    return (flow) => {
      if (user(flow) === "") throw requestFaults.missing("username");
      if (password(flow) === "") throw requestFaults.missing("password");
      return nothingSaid;
    };
  },
});
