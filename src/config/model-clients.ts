import { isModelHost, modelFault } from "./model-apis.ts";
import { baseNameOf } from "./path.ts";

/** Programs whose work is to ask a model or to run an agent, by the page that names them. */
const clients: Readonly<Record<string, readonly string[]>> = {
  "docs.ollama.com/cli": ["ollama"],
  "llm.datasette.io": ["llm"],
  "github.com/ggml-org/llama.cpp, tools": [
    "llama-cli",
    "llama-run",
    "llama-mtmd-cli",
    "llama-simple",
    "llama-simple-chat",
  ],
  "docs.claude.com/en/docs/claude-code": ["claude"],
  "developers.openai.com/codex/cli": ["codex"],
  "github.com/openai/openai-python (and the name of its module)": ["openai"],
  "github.com/google-gemini/gemini-cli": ["gemini"],
  "aider.chat/docs": ["aider"],
  "github.com/TheR1D/shell_gpt": ["sgpt"],
  "github.com/sigoden/aichat": ["aichat"],
  "github.com/aandrew-me/tgpt": ["tgpt"],
  "github.com/charmbracelet/mods": ["mods"],
  "github.com/charmbracelet/crush": ["crush"],
  "block.github.io/goose": ["goose"],
  "opencode.ai/docs/cli": ["opencode"],
  "cursor.com/docs/cli": ["cursor-agent"],
  "docs.github.com/copilot/how-tos/copilot-cli": ["copilot"],
  "github.com/QwenLM/qwen-code": ["qwen"],
  "gptme.org/docs": ["gptme"],
  "docs.openinterpreter.com": ["interpreter", "open-interpreter"],
  "lmstudio.ai/docs/cli": ["lms"],
  "docs.vllm.ai/en/latest/cli": ["vllm"],
  "github.com/ml-explore/mlx-lm": ["mlx_lm", "mlx_lm.generate", "mlx_lm.chat"],
  "docs.litellm.ai": ["litellm"],
  "docs.openclaw.ai/cli (its commands wake agents)": ["openclaw"],
  "github.com/NousResearch/hermes-agent (its commands wake agents)": ["hermes", "hermes_cli.main"],
};

const allClients: ReadonlySet<string> = new Set(Object.values(clients).flat());

/** They change who runs it, which the unit's NoNewPrivileges= makes impossible. Source: systemd.exec(5). */
const risers: ReadonlySet<string> = new Set(["sudo", "su", "doas", "pkexec", "runuser", "run0"]);

/** Programs that run another one, named in their words. */
const wrappers: ReadonlySet<string> = new Set([
  ...[
    "env",
    "timeout",
    "nice",
    "ionice",
    "nohup",
    "setsid",
    "stdbuf",
    "chrt",
    "taskset",
    "time",
    "flock",
    "xargs",
    "setpriv",
  ],
  ...[
    "busybox",
    "npx",
    "bunx",
    "uvx",
    "pipx",
    "uv",
    "npm",
    "node",
    "bun",
    "deno",
    "perl",
    "ruby",
    "docker",
    "podman",
    "negate",
  ],
]);
const shell = /^(?:ba|da|z|k|a)?sh$/u;
const python = /^(?:python|pypy)[\d.]*$/u;
/** Words of a shell that stand before a command. */
const shellWords: ReadonlySet<string> = new Set([
  "exec",
  "command",
  "then",
  "else",
  "do",
  "if",
  "while",
  "until",
  "!",
  "{",
]);

const isWrapper = (name: string): boolean => wrappers.has(name) || shell.test(name) || python.test(name);

/** First words of the commands in a shell's text, as far as they can be told without running it. */
const commandsIn = (text: string): readonly string[] =>
  text.split(/[;&|\n(){}`]/u).flatMap((part) => {
    const words = part.split(/\s+/u).map((word) => word.replace(/["'\\]/gu, ""));
    const rest = words.filter((word) => word !== "" && !/^\w+=/u.test(word) && !shellWords.has(word));
    return programsIn(rest);
  });

/**
 * The programs that an argv names: its own, and behind each wrapper the words up to the first absolute path that is no wrapper again. Words that only might be programs
 * are among them. Pure.
 */
export const programsIn = ([program = "", ...words]: readonly string[]): readonly string[] => {
  const name = baseNameOf(program);
  if (!isWrapper(name)) return program === "" ? [] : [program];
  const found = [program];
  for (const word of words) {
    const isText = shell.test(name) || /\s/u.test(word);
    if (word.startsWith("-") || (!isText && /^\w+=|^[\d.]+[smhd]?$/u.test(word))) continue;
    found.push(...(isText ? commandsIn(word) : [word]));
    if (word.startsWith("/") && !isWrapper(baseNameOf(word))) break;
  }
  return found;
};

/** Python's modules are named with dots, `llm.cli` is a part of `llm`; a version may follow an `@`. */
const clientOf = (program: string): string | undefined => {
  const name = baseNameOf(program)
    .toLowerCase()
    .replace(/(?<=.)@.*$/u, "")
    .replace(/\.(?:exe|js|mjs|py)$/u, "");
  return [name, name.split(".")[0] ?? name].find((each) => allClients.has(each));
};

const addressFault = (word: string): string | undefined => {
  const text = /https?:\/\/[^\s"']+/iu.exec(word)?.[0];
  if (text !== undefined && URL.canParse(text)) return modelFault(new URL(text));
  return isModelHost(word) ? `"${word}" is a model API: dogwatch never calls a model` : undefined;
};

/**
 * Why a command may not be run as a check: it is a known model client or an agent's own command, by name (law 1), it names a model API, or it
 * needs rights that a check never has. Undefined when it may. A name proves little: `egress` lists every program. Never throws.
 */
export const programFault = (argv: readonly string[]): string | undefined => {
  const programs = programsIn(argv);
  const client = programs.map(clientOf).find((each) => each !== undefined);
  if (client !== undefined) return `"${client}" is a model client or an agent's command: dogwatch never calls a model`;
  const riser = programs.map(baseNameOf).find((each) => risers.has(each));
  if (riser !== undefined)
    return `"${riser}" can't work here, since a check never gets more rights: use "as: USER" to run it as another user`;
  return argv.map(addressFault).find((each) => each !== undefined);
};
