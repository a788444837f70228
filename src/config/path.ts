/** The folder that holds a path: `/` for `/x`, `.` for `x`. Pure. */
export const folderOf = (path: string): string => {
  const end = path.lastIndexOf("/");
  return end < 0 ? "." : path.slice(0, end) || "/";
};

/** What stands behind a path's last slash. Pure. */
export const baseNameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
