import type { ProcessFacts } from "../host/host.ts";

/** Zombies are dead; what the kernel is about to forget too. Never throws. Source: proc_pid_stat(5), field 3. */
export const isDead = (each: ProcessFacts): boolean => "ZXx".includes(each.state);

/** Command lines by process: several checks look at one list. */
const joined = new WeakMap<ProcessFacts, string>();

/** The arguments of a process, joined by blanks; regular expressions are held against it. Never throws. */
export const commandLine = (each: ProcessFacts): string => {
  const known = joined.get(each) ?? each.argv.join(" ");
  joined.set(each, known);
  return known;
};
