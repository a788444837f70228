import type { ChatConfig, Config, SecretRef, TextOrSecret } from "./config.ts";
import type { Fault } from "./fault.ts";
import { headersOf } from "./headers-of.ts";
import type { Secret } from "./secret.ts";

type Path = readonly (string | number)[];
type FaultAt = (path: Path, at: "key" | "value", message: string) => Fault;
type Mention = { readonly path: Path; readonly ref: SecretRef };

const inHeaders = (path: Path, headers: Readonly<Record<string, TextOrSecret>>): readonly Mention[] =>
  Object.entries(headers).flatMap(([name, value]) =>
    typeof value === "string" ? [] : [{ path: [...path, "headers", name], ref: value }],
  );

const inChat = (chat: ChatConfig): readonly Mention[] => {
  switch (chat.kind) {
    case "console":
      return [];
    case "telegram":
      return [{ path: ["chat", "telegram", "token"], ref: chat.token }];
    case "slack":
      return chat.how === "token"
        ? [{ path: ["chat", "slack", "token"], ref: chat.token }]
        : [{ path: ["chat", "slack", "webhook"], ref: chat.url }];
    case "discord":
      return [{ path: ["chat", "discord", "webhook"], ref: chat.url }];
    case "webhook":
      return inHeaders(["chat", "webhook"], chat.headers);
  }
};

const mentionsIn = ({ chat, checks }: Config): readonly Mention[] => [
  ...inChat(chat),
  ...checks.flatMap((check) => {
    const { path, headers } = headersOf(check);
    return inHeaders(["checks", check.name, ...path], headers);
  }),
];

/** Paths of the secret files that the config names; credentials aren't among them. Never throws. */
export const secretFiles = (config: Config): readonly string[] =>
  mentionsIn(config).flatMap(({ ref }) => ("file" in ref ? [ref.file] : []));

/**
 * Faults for the secrets that the config names and that can't be had. For `validate` only: a tick goes on without them, since a
 * watchdog that can't speak must still look and heal. Never throws.
 */
export const secretFaults = (config: Config, secret: (ref: SecretRef) => Secret, faultAt: FaultAt): readonly Fault[] =>
  mentionsIn(config).flatMap(({ path, ref }) => {
    const had = secret(ref);
    return had.kind === "failed" ? [faultAt(path, "value", had.why)] : [];
  });
