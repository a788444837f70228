import { parseJson } from "../config/json.ts";
import { decodeUtf8 } from "../config/text.ts";
import type { ParsedText, Structured } from "../host/structured.ts";
import { parseEnvFile } from "./env-file.ts";

/** What a file of settings holds, or why it can't be read. `why` never quotes the file: a secret may stand in it. */
export type Parsed =
  | { readonly kind: "document"; readonly value: unknown }
  | { readonly kind: "fault"; readonly why: string };

/** Levels of maps and lists in one value of TOML. */
const maxDepth = 100;
/** The parser that knows the line of a fault is slow: it looks at files of a usual size only. */
const maxLocated = 64 * 1024;

const fault = (why: string): Parsed => ({ kind: "fault", why });

/** ` at line 3`, where that can be told at a fair price. */
const placeOfFault = async (text: string): Promise<string> => {
  if (text.length > maxLocated) return "";
  const { LineCounter, parseDocument: parse } = await import("yaml");
  const lines = new LineCounter();
  const options = { lineCounter: lines, logLevel: "silent", prettyErrors: false, uniqueKeys: false } as const;
  const [first] = parse(text, options).errors;
  return first === undefined ? "" : ` at line ${lines.linePos(first.pos[0]).line}`;
};

const told = async (parsed: ParsedText, name: string, text: string): Promise<Parsed> => {
  if (parsed.kind === "parsed") return { kind: "document", value: parsed.value };
  return fault(parsed.code === "ESYNTAX" ? `not valid ${name}${await placeOfFault(text)}` : parsed.why);
};

/** Gateways write JSON5 into their .json files: strict JSON first, for its speed. */
const parseJson5 = async (structured: Structured, text: string): Promise<Parsed> => {
  const strict = parseJson(text);
  return strict === undefined
    ? await told(structured.json5(text), "JSON", text)
    : { kind: "document", value: strict.value };
};

const parseToml = async (text: string): Promise<Parsed> => {
  const { parse, TomlError } = await import("smol-toml");
  try {
    return { kind: "document", value: parse(text, { integersAsBigInt: "asNeeded", maxDepth }) };
  } catch (error) {
    if (error instanceof TomlError) return fault(`not valid TOML at line ${error.line}`);
    if (error instanceof RangeError) return fault("it is nested too deeply");
    throw error;
  }
};

/** Reads settings out of a file's bytes; a library is loaded at its first use. Never rejects for what stands in the file. */
export const parseDocument = async (
  structured: Structured,
  bytes: Uint8Array,
  format: "yaml" | "json" | "toml" | "env",
): Promise<Parsed> => {
  const text = decodeUtf8(bytes);
  if (text === undefined) return fault("it is not UTF-8");
  if (text.includes("\0")) return fault("it holds a NUL byte, so it is no text");
  switch (format) {
    case "yaml":
      return await told(structured.yaml(text), "YAML", text);
    case "json":
      return await parseJson5(structured, text);
    case "toml":
      return await parseToml(text);
    case "env":
      return parseEnvFile(text);
  }
};
