import type { Host } from "../host/host.ts";
import { complain, exits } from "./cli.ts";

/** Words of a `log` command, sorted: options with their values, those that may be given more than once with all of theirs, and the rest. */
export interface LogWords {
  readonly options: ReadonlyMap<string, string>;
  readonly lists: ReadonlyMap<string, readonly string[]>;
  readonly words: readonly string[];
}

const wrongIn = (isKnown: boolean, name: string, value: string | undefined): string | undefined => {
  if (value === undefined || value === "") return `"--${name}" needs a value`;
  return isKnown ? `"--${name}" is given twice` : undefined;
};

/** Sorts words into `--name VALUE` and the rest; `repeated` may be given more than once. A text says what is wrong with them. Never throws. */
export const sortWords = (
  args: readonly string[],
  names: readonly string[],
  repeated: readonly string[] = [],
): LogWords | string => {
  const options = new Map<string, string>();
  const lists = new Map<string, readonly string[]>();
  const words: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? "";
    const name = [...names, ...repeated].find((each) => word === `--${each}`);
    if (name === undefined && word.startsWith("--")) return `there is no option "${word}"`;
    if (name === undefined) {
      words.push(word);
      continue;
    }
    const value = args[++i];
    const wrong = wrongIn(options.has(name), name, value);
    if (wrong !== undefined) return wrong;
    if (repeated.includes(name)) lists.set(name, [...(lists.get(name) ?? []), value ?? ""]);
    else options.set(name, value ?? "");
  }
  return { options, lists, words };
};

/** Says that the words make no sense, and gives the exit status of that. */
export const refuseWords = (host: Host, command: string, why: string, hint: string): number => {
  complain(host, `cannot run "log ${command}": ${why}`, hint);
  return exits.usage;
};

/** Says that a log can't be read, with the remedy that its errno asks for, and gives the exit status of that. */
export const refuseFile = (
  host: Host,
  path: string,
  failure: { readonly code: string; readonly why: string },
): number => {
  const hints: Readonly<Record<string, string>> = {
    EACCES: 'Run it as root, or as a member of the group "adm".',
    ENOENT: "Check the name; without a FILE, dogwatch reads its own log.",
  };
  complain(
    host,
    `cannot read the heal log "${path}": ${failure.why}`,
    hints[failure.code] ?? "Check the file and its folder.",
  );
  return exits.ioError;
};
