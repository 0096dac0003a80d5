/** Writes the content of the service's archive into an empty folder. Throws while a part is not built. */
export function writeArchive(root: string, folder: string): void;
