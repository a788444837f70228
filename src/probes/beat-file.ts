/**
 * The file of one user's beats of one name. Each user has one of their own, so that nobody's beat stands in another's way; in a folder that
 * nobody may list its name must be known. Pure.
 */
export const beatFile = (folder: string, name: string, uid: number): string => `${folder}/${name}.${uid}`;

/** What stands in it: epoch seconds, always as long, so that writing over it is one small write. Pure. */
export const beatText = (nowMs: number): string => `${(nowMs / 1000).toFixed(3)}\n`;
