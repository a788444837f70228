import { isMap, parseJson } from "../config/json.ts";
import type { Answered, DoorAnswers } from "./box.ts";

/** What a health answer lets a check ask for: pointers with their words, or a word of the body, or the status alone. */
export interface Health {
  readonly path: string;
  readonly answered: Answered;
  readonly json: readonly { readonly pointer: string; readonly value: string | boolean }[];
  readonly word: string | undefined;
  /** A word in it that sounds sick, such as `degraded`: then only the status is asked for. */
  readonly isSick: boolean;
}

/** Paths that are tried, in this order; GET, on loopback. */
export const healthPaths: readonly string[] = ["/healthz", "/health", "/livez", "/readyz", "/ping", "/api/health"];
/** Where Prometheus looks by itself. Source: prometheus.io/docs/prometheus/latest/configuration, metrics_path. */
export const metricsPath = "/metrics";
/** A path that no program serves: who answers it like a health path has none. */
export const nonsensePath = "/dogwatch-init-asks-for-nothing";

const wellWords =
  /^(ok|okay|up|live|alive|healthy|pass|passing|ready|running|started|serving|green|available|success|pong)$/iu;
const wordKeys: readonly string[] = ["status", "state", "health", "ok", "healthy", "ready", "live", "alive", "up"];
const maxWords = 2;
const maxTextLength = 64;

const isSuccess = ({ status }: Answered): boolean => status !== undefined && status >= 200 && status < 300;

const parseObject = (text: string): Readonly<Record<string, unknown>> | undefined => {
  const value = parseJson(text)?.value;
  return isMap(value) ? value : undefined;
};

const shapeOf = (text: string): string => {
  const object = parseObject(text);
  return object === undefined ? text.replace(/\d+/gu, "0") : JSON.stringify(Object.keys(object).sort());
};

/** A program that answers everything alike says nothing by it. */
const isCatchAll = (answered: Answered, nonsense: Answered): boolean =>
  isSuccess(nonsense) && shapeOf(answered.body) === shapeOf(nonsense.body);

const jsonHealth = (answered: Answered, object: Readonly<Record<string, unknown>>): Health => {
  const told = wordKeys.flatMap((key) => {
    const value = Object.hasOwn(object, key) ? object[key] : undefined;
    return typeof value === "string" || typeof value === "boolean" ? [{ pointer: `/${key}`, value }] : [];
  });
  const well = told.filter(({ value }) => value === true || (typeof value === "string" && wellWords.test(value)));
  const isSick = told.length > well.length && well.length === 0;
  return { path: answered.path, answered, json: well.slice(0, maxWords), word: undefined, isSick };
};

const textHealth = (answered: Answered): Health | undefined => {
  const text = answered.body.trim();
  if (text === "") return { path: answered.path, answered, json: [], word: undefined, isSick: false };
  const [word] = text.split(/[^A-Za-z]/u);
  if (text.length > maxTextLength || /[<{[]/u.test(text) || word === undefined || !wellWords.test(word))
    return undefined;
  return { path: answered.path, answered, json: [], word, isSick: false };
};

const healthIn = (answered: Answered, nonsense: Answered): Health | undefined => {
  if (!isSuccess(answered) || isCatchAll(answered, nonsense)) return undefined;
  const object = parseObject(answered.body);
  return object === undefined ? textHealth(answered) : jsonHealth(answered, object);
};

/**
 * The health path of a door: the first that answers with success and JSON or a short well word, and that a path which can't exist is
 * answered otherwise than (a page for everything, as OpenClaw's, is none). The words it gives are of a fixed list. Pure, never throws.
 */
export const healthOf = ({ tried, nonsense }: DoorAnswers): Health | undefined => {
  for (const answered of tried) {
    const health = answered.path === metricsPath ? undefined : healthIn(answered, nonsense);
    if (health !== undefined) return health;
  }
  return undefined;
};
