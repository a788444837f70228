/** Names whose value is a secret: of headers, query parameters, settings. Never throws. */
export const isSecretName = (name: string): boolean =>
  /authorization|cookie|token|secret|passw|key|signature/iu.test(name);

/**
 * Forms that only secrets have: what platforms put before their tokens, a bot's `123456:AA…`, a JSON Web Token, a private key, a password
 * inside an address, or a long run of letters and digits mixed, as no name or word has it. Sources: the platforms' own token pages, RFC 7519, RFC 7468.
 */
const secretForms: readonly RegExp[] = [
  /(?:^|[^A-Za-z0-9])(?:xox[a-z]-|xapp-|sk-|rk_live_|gh[a-z]_|github_pat_|glpat-|hf_|AKIA|AIza)[A-Za-z0-9_-]{8}/u,
  /\d{6,12}:[A-Za-z0-9_-]{30}/u,
  /eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/u,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/u,
  /:\/\/[^/\s:@]*:[^/\s@]+@/u,
  /(?:^|[^A-Za-z0-9+/_-])(?=[A-Za-z0-9+/_-]*\d)(?=[A-Za-z0-9+/_-]*[A-Za-z])[A-Za-z0-9+_]{32}/u,
];

/** Longest text that is searched for a secret; a longer one is taken for one. */
const maxSearched = 4096;

/** Whether text looks as only a secret does. A guess on the careful side: what is taken for one is not shown. Never throws. */
export const isSecretText = (text: string): boolean =>
  text.length > maxSearched || secretForms.some((form) => form.test(text));
