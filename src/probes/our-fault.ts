const codes: ReadonlySet<string> = new Set([
  "REFUSED",
  "EINVAL",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPERM",
  "EACCES",
  "EMFILE",
  "ENFILE",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
]);

/**
 * Tells a failure that says something about us or the way there from one of the program that is probed: only the latter is bad.
 * `code`: errno name or a word of the HTTP door. Never throws. Source: connect(2), getaddrinfo(3).
 */
export const isOurFault = (code: string): boolean => codes.has(code);
