import { endpoint } from "../../config/egress.ts";
import { parseJson } from "../../config/json.ts";
import { type Dialect, post } from "./delivery.ts";
import { inertText } from "./inert.ts";
import { textMember } from "./json.ts";
import { messageJson } from "./message-json.ts";
import type { Delivery, Platform } from "./platform.ts";
import { oneLine, secretFor } from "./secret.ts";

const advise = (status: number, words: string): string => {
  if (status === 401) return "the secret is not the route's: write the same into both";
  if (status === 403) return "the route is disabled, or has no secret";
  if (status === 404) return 'there is no such route: check "route" and "url"';
  if (/^ignored/u.test(words)) return 'the route filters it out: let it take the event "dogwatch", then test the chat';
  return status < 300 ? 'the route may run an agent: set "deliver_only: true" on it, then test the chat' : "";
};

/**
 * 200 `{"status":"delivered"}` is the only answer of a route that delivers and runs nothing. 202 means that an agent runs; any other
 * 2xx is no answer of such a route. Source: hermes-agent.nousresearch.com/docs/user-guide/messaging/webhooks, "Direct Delivery Mode".
 */
const dialect: Dialect = {
  platform: "hermes",
  hear: ({ status, body }) => {
    const answer = parseJson(body)?.value;
    const word = textMember(answer, "status");
    const words = [word, textMember(answer, "error")].filter((each) => each !== "").join(": ") || body;
    if (status === 200 && word === "delivered") return { verdict: "taken", words };
    if (status === 200 && word === "duplicate") return { verdict: "seen", words };
    return { verdict: "latching", words };
  },
  advise,
};

/**
 * A `deliver_only` route of Hermes' webhook adapter, signed as GitHub signs. The route notes a message's id before it delivers, so
 * "duplicate" may stand for one that it failed to deliver: that is sent once more under a new id, since twice is better than never.
 */
export const hermes: Platform<"hermes"> = {
  kind: "hermes",
  destinations: ({ api }) => [{ ...endpoint(api), methods: ["POST"], for: "chat hermes" }],
  send: async (chat, message, context) => {
    const secret = secretFor("hermes", chat.secret, oneLine, context);
    if (secret.kind === "refused") return secret;
    const { clock, hmacSha256 } = context.host;
    const sendAs = (id: string): Promise<Delivery> =>
      post(
        dialect,
        {
          url: `${chat.api}/webhooks/${chat.route}`,
          headers: { "x-request-id": id },
          // A route with a list of events looks at `event_type`.
          body: { event_type: "dogwatch", ...messageJson(message, inertText(message.text)) },
          sign: (text) => ({ "x-hub-signature-256": `sha256=${hmacSha256(secret.text, text)}` }),
          secrets: [secret.text],
        },
        context,
      );
    const first = await sendAs(message.id);
    return first.kind === "later" && first.isSeen ? await sendAs(`${message.id}/${clock.nowMs()}`) : first;
  },
};
