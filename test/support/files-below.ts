import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The paths of the files below a folder whose names match, sorted. */
export function filesBelow(folder: string, name: RegExp): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && name.test(one.name))
    .map((one) => join(one.parentPath, one.name))
    .sort();
}
