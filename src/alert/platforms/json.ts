/** One member of a value that may be an object; undefined when there is none. Own members only. Never throws. */
export const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;

/** A member that is a text; else the empty text. Never throws. */
export const textMember = (value: unknown, name: string): string => {
  const found = member(value, name);
  return typeof found === "string" ? found : "";
};

/** The members of these names that are texts and not empty, joined by colons: an error's code and its sentence. Never throws. */
export const textMembers = (value: unknown, ...names: readonly string[]): string =>
  names
    .map((name) => textMember(value, name))
    .filter((text) => text !== "")
    .join(": ");

/** Whether an answer is an object and names no error in these members: a relay may leave out what the platform itself would say. Never throws. */
export const isContent = (value: unknown, ...errors: readonly string[]): boolean =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  errors.every((name) => member(value, name) === undefined);

/** A member that is a finite number; else undefined. Never throws. */
export const numberMember = (value: unknown, name: string): number | undefined => {
  const found = member(value, name);
  return typeof found === "number" && Number.isFinite(found) ? found : undefined;
};
