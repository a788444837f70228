/** Shells, with a version behind the name: `bash-5.2`, `ksh93`. */
const shell =
  /^(?:(?:r?ba|a|da|z|[lmo]?k|pdk|ya|po|t?c|fi|elvi|xon|pw)?sh|nu|busybox|toybox)(?:[-.]?\d[\d.]*|\.distrib)?$/u;

/** Programs that run what stands in their arguments, as a command line or as code. */
const runners: ReadonlySet<string> = new Set([
  ...["env", "xargs", "parallel", "watch", "script", "expect", "eval", "awk", "gawk", "mawk", "nawk", "ssh"],
  ...["sudo", "su", "doas", "pkexec", "runuser", "setpriv", "capsh", "chroot", "nsenter", "unshare", "systemd-run"],
  ...["nohup", "setsid", "timeout", "nice", "ionice", "chrt", "taskset", "stdbuf", "flock", "time", "strace", "gdb"],
]);

/** Interpreters, which run a file of the admin's own as any program does; what they must not get is code in an argument. */
const interpreter = /^(?:python|perl|ruby|node|nodejs|bun|deno|php|lua|luajit|tclsh)(?:-?\d[\d.]*)?$/u;
const inlineCode = /^-[A-Za-z]*[ceErp]$|^--(?:eval|print|command|run)(?:=|$)|^(?:eval|-)$/u;

/** The dynamic linker starts any program that it is given. Source: ld.so(8). */
const linker = /^ld(?:-[\w.-]+)?\.so(?:\.\d+)?$/u;

const nameOf = (program: string): string => program.split("/").findLast((part) => part !== "" && part !== ".") ?? "";

/** The first words of an interpreter that are its own; what follows its file belongs to that. */
const ownWords = (words: readonly string[]): readonly string[] => {
  const end = words.findIndex((word) => !word.startsWith("-"));
  return end === -1 ? words : words.slice(0, end + 1);
};

/**
 * Why a step is no plain command: a shell, or a program that takes a text and runs it. A recipe's argv must be what runs, so that
 * an auditor can read it off. A list of names can't be complete: what a whitelisted program does is the admin's own care. Never throws.
 */
export const runnerFault = ([program = "", ...words]: readonly string[]): string | undefined => {
  const name = nameOf(program);
  if (program.split("/").includes("..")) return `a program's path has no "..": "${program}"`;
  if (name === "find" && words.some((word) => /^-(?:exec|ok)(?:dir)?$/u.test(word)))
    return `a step runs a program itself, never through the "-exec" of "${program}"`;
  if (shell.test(name) || runners.has(name) || linker.test(name))
    return `a step runs a program itself, never through "${program}"`;
  if (!interpreter.test(name) || (words.length > 0 && !ownWords(words).some((word) => inlineCode.test(word))))
    return undefined;
  return `a step gives "${name}" a file to run, never code: put it into a file of its own`;
};
