/** Names of checks, cards and beats. Apart from the schema, so that a command that takes a name needs none of it. */
export const nameForm: RegExp = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/u;

/** The form in words. */
export const nameWords = "letters, digits, dots, underscores and hyphens, 63 at most, a letter or digit first";
