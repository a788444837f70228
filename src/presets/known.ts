import { baseNameOf } from "../config/path.ts";
import type { ProcessFacts } from "../host/host.ts";
import type { Service } from "./box.ts";

/** What a service is, as far as its processes tell. `other`: nothing tells. */
export type Role = "openclaw" | "hermes" | "model" | "redis" | "rabbitmq" | "celery" | "bullmq" | "worker" | "other";

const words = ({ argv }: ProcessFacts): string => argv.join(" ");

/** Servers that run models: watched as units, never asked (law 1), whatever their port. */
const modelServers =
  /\b(ollama|llama-server|llama-cpp|llamafile|vllm|lm-?studio|lms|koboldcpp|localai|local-ai|sglang|tritonserver|text-generation|tabby|mlx_lm|litellm|aphrodite|exllama\w*|xinference|infinity_emb)\b/iu;

/** Known model servers' own ports: Ollama, LM Studio. Source: docs.ollama.com/faq; lmstudio.ai/docs/developer. */
const modelPorts: readonly number[] = [11434, 1234];

/** Programs that speak no HTTP, or on whose port a GET is logged as an attack, and those that stand before a container's unknown program. */
const mutePrograms =
  /^(sshd|redis-server|valkey-server|postgres|postmaster|mysqld|mariadbd|mongod|memcached|beam\.smp|epmd|exim4?|master|dovecot|named|unbound|dnsmasq|systemd-resolve|chronyd|rpcbind|smbd|nmbd|slapd|cupsd|xrdp|vsftpd|docker-proxy|rootlessport|rootlessport-child|containerd|dockerd)$/u;

/** Ports of protocols that aren't HTTP. Source: iana.org/assignments/service-names-port-numbers. */
const mutePorts: readonly number[] = [
  ...[21, 22, 23, 25, 53, 88, 110, 111, 139, 143, 389, 443, 445, 465, 587, 631, 636, 853, 873, 993, 995],
  ...[1883, 2049, 3306, 4369, 5432, 5671, 5672, 6379, 6380, 11211, 25672, 27017],
];

const isOpenclaw = (each: ProcessFacts): boolean =>
  baseNameOf(each.argv[0] ?? "") === "openclaw-gateway" ||
  (each.argv.slice(0, 3).some((word) => /^openclaw(\.mjs)?$/u.test(baseNameOf(word))) && each.argv.includes("gateway"));

const isHermes = (each: ProcessFacts): boolean =>
  each.argv.includes("gateway") &&
  (each.argv.includes("hermes_cli.main") || each.argv.slice(0, 2).some((word) => baseNameOf(word) === "hermes"));

const isCelery = (each: ProcessFacts): boolean =>
  each.argv.slice(0, 4).some((word) => baseNameOf(word) === "celery") && /\bworker\b/u.test(words(each));

const isBullmq = (each: ProcessFacts): boolean =>
  /^(node|bun|deno|tsx)$/u.test(baseNameOf(each.argv[0] ?? "")) && /\bbull-?(mq)?\b/iu.test(words(each));

const isWorker = (text: string): boolean =>
  /(^|[^a-z])workers?([^a-z]|$)|(^|[^a-z])(sidekiq|dramatiq|resque|huey|rq)([^a-z]|$)/iu.test(text);

const units: readonly (readonly [Role, RegExp])[] = [
  ["openclaw", /^openclaw-gateway(-.+)?\.service$/u],
  ["hermes", /^hermes(-gateway(-.+)?)?\.service$/u],
  ["rabbitmq", /^rabbitmq-server\.service$/u],
  ["redis", /^(redis|valkey)(-server)?(@.+)?\.service$/u],
];

const programs: readonly (readonly [Role, (each: ProcessFacts) => boolean])[] = [
  ["openclaw", isOpenclaw],
  ["hermes", isHermes],
  ["model", (each) => modelServers.test(`${each.comm} ${words(each)}`)],
  ["redis", ({ comm }) => comm === "redis-server" || comm === "valkey-server"],
  ["rabbitmq", (each) => each.comm === "beam.smp" && /\brabbit\b/u.test(words(each))],
  ["celery", isCelery],
  ["bullmq", isBullmq],
];

/** What a process is by itself, without its unit: only what is sure. Never throws. */
export const gatewayOf = (each: ProcessFacts): "openclaw" | "hermes" | undefined =>
  isOpenclaw(each) ? "openclaw" : isHermes(each) ? "hermes" : undefined;

/** What a service is, by the name of its unit and by its processes; `worker` only by its name. Never throws. */
export const roleOf = ({ unit, main, processes }: Pick<Service, "unit" | "main" | "processes">): Role => {
  const byUnit = units.find(([, form]) => form.test(unit ?? ""));
  if (byUnit !== undefined) return byUnit[0];
  const byProgram = programs.find(([, fits]) => fits(main) || (main.argv.length > 0 && processes.some(fits)));
  if (byProgram !== undefined) return byProgram[0];
  return isWorker(unit ?? "") || isWorker(words(main)) ? "worker" : "other";
};

const plumbing: readonly RegExp[] = [
  /^(systemd-.+|init|dbus|dbus-broker|polkit|console-getty|gpg-agent|dogwatch(-.+)?)\.service$/u,
  /^(user|user-runtime-dir|getty|serial-getty|container-getty)@/u,
  // Of one moment: systemd-run's, a desktop's, a bus name's. Source: systemd-run(1), systemd's run.c; org.freedesktop.systemd1(5).
  /^run-(r[0-9a-f]{8,}|u\d+|p\d+-i\d+)\.service$/u,
  /^app-.+@autostart\.service$/u,
  /^dbus-:\d/u,
];

/** Units of the system itself, of sessions and of one moment: init makes nothing of them. Never throws. */
export const isPlumbing = (unit: string): boolean => plumbing.some((form) => form.test(unit));

/** Whether a GET to this port of this program is harmless and may say something. Never throws. */
export const mayAsk = (program: ProcessFacts, port: number): boolean =>
  !mutePrograms.test(program.comm) &&
  !mutePorts.includes(port) &&
  !modelPorts.includes(port) &&
  !modelServers.test(`${program.comm} ${words(program)}`);

/** RabbitMQ's management and Prometheus ports, the only ones of its processes that speak HTTP. Source: rabbitmq.com/docs/networking. */
export const rabbitPorts: { readonly management: number; readonly prometheus: number } = {
  management: 15672,
  prometheus: 15692,
};
