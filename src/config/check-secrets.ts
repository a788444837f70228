import { askOf } from "./ask-of.ts";
import { waysOf } from "./chat-ways.ts";
import type { ChatConfig, Config, SecretRef, TextOrSecret } from "./config.ts";
import type { Fault } from "./fault.ts";
import { isMap } from "./json.ts";
import type { Secret } from "./secret.ts";

type Path = readonly (string | number)[];
type FaultAt = (path: Path, at: "key" | "value", message: string) => Fault;
type Mention = { readonly path: Path; readonly ref: SecretRef };

const inHeaders = (path: Path, headers: Readonly<Record<string, TextOrSecret>>): readonly Mention[] =>
  Object.entries(headers).flatMap(([name, value]) =>
    typeof value === "string" ? [] : [{ path: [...path, "headers", name], ref: value }],
  );

/** Keys of a platform's map that may hold a secret by reference: the same words in the file and in {@link ChatConfig}. */
const secretKeys: ReadonlySet<string> = new Set(["token", "webhook", "secret", "topic"]);

const isRef = (value: unknown): value is SecretRef => isMap(value) && ("credential" in value || "file" in value);

const inWay = (way: ChatConfig, path: Path): readonly Mention[] => [
  ...Object.entries<unknown>(way).flatMap(([key, ref]) =>
    secretKeys.has(key) && isRef(ref) ? [{ path: [...path, key], ref }] : [],
  ),
  ...("headers" in way ? inHeaders(path, way.headers) : []),
];

const inChat = (chat: ChatConfig): readonly Mention[] =>
  waysOf(chat).flatMap((way) =>
    inWay(way, way === chat ? ["chat", chat.kind] : ["chat", chat.kind, "when_down", way.kind]),
  );

const inDeadman = ({ deadman }: Config): readonly Mention[] =>
  deadman === null || typeof deadman.url === "string" ? [] : [{ path: ["deadman", "url"], ref: deadman.url }];

const mentionsIn = (config: Config): readonly Mention[] => [
  ...inChat(config.chat),
  ...inDeadman(config),
  ...config.checks.flatMap((check) => {
    const asked = askOf(check);
    return asked === undefined ? [] : inHeaders(["checks", check.name, ...asked.path], asked.ask.headers);
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
