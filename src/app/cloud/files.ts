import { dirname, join } from 'node:path';
import { errnoOf, RcWaitError, reasonOf } from '../../base/error.ts';
import { readRegularText } from '../../base/files.ts';
import type { Value } from '../../openstack/login/cloud-yaml.ts';

/** Size limit of a file of clouds, in bytes; one cloud is a few lines. */
const largestBytes = 2 ** 20;

/** A parsed file of clouds. */
interface CloudFile {
  readonly path: string;
  readonly value: Value;
}

/**
 * The folders of openstacksdk in order of precedence ("Configuring OpenStack SDK Applications", OpenStack;
 * appdirs for the two desktop folders).
 */
function folders(env: NodeJS.ProcessEnv): readonly string[] {
  const home = env.HOME?.trim();
  const own = [env.XDG_CONFIG_HOME?.trim(), home && join(home, '.config')].filter(isThere);
  const site = (env.XDG_CONFIG_DIRS?.trim() || '/etc/xdg').split(':').filter(isThere);
  return ['', ...[...own, ...site].map((folder) => join(folder, 'openstack')), '/etc/openstack'];
}

const isThere = (text: string | undefined): text is string => text !== undefined && text !== '';

const inFolders = (names: readonly string[], places: readonly string[]): readonly string[] =>
  [...new Set(places)].flatMap((folder) =>
    names.flatMap((name) => ['yaml', 'yml', 'json'].map((suffix) => join(folder, `${name}.${suffix}`))),
  );

/** The places of clouds.yaml, one per folder, for a message. */
export function cloudsPlaces(env: NodeJS.ProcessEnv): readonly string[] {
  const named = env.OS_CLIENT_CONFIG_FILE?.trim();
  return [...(named ? [named] : []), ...folders(env).map((folder) => join(folder, 'clouds.yaml'))];
}

/**
 * Reads clouds.yaml and secure.yaml (or .yml, or .json), in this order; either may be missing. The first one
 * found of each counts, independent of the other. As in openstacksdk, an unreadable file is skipped if there
 * is another.
 * @throws RcWaitError CONFIGURATION when one cannot be read or understood
 */
export async function readCloudFiles(env: NodeJS.ProcessEnv): Promise<readonly CloudFile[]> {
  const places = folders(env);
  const config = env.OS_CLIENT_CONFIG_FILE?.trim() || undefined;
  const secure = env.OS_CLIENT_SECURE_FILE?.trim() || undefined;
  // Also beside the named file, where rc-wait has always looked.
  const secureFolders = config === undefined ? places : [dirname(config), ...places];
  const files = [
    await firstOf(config, 'OS_CLIENT_CONFIG_FILE', inFolders(['clouds'], places)),
    await firstOf(secure, 'OS_CLIENT_SECURE_FILE', inFolders(['secure'], secureFolders)),
  ];
  return files.filter((file) => file !== undefined);
}

/**
 * Reads clouds-public.yaml (or .yml, or .json), with an organisation's own profiles; undefined: there is none.
 * @throws RcWaitError CONFIGURATION when it cannot be read or understood
 */
export async function readVendors(env: NodeJS.ProcessEnv): Promise<Value> {
  const file = await firstOf(undefined, '', inFolders(['clouds-public'], folders(env)));
  return file?.value;
}

async function firstOf(
  named: string | undefined,
  variable: string,
  usual: readonly string[],
): Promise<CloudFile | undefined> {
  if (named !== undefined) {
    const text = textOf(named);
    if (typeof text === 'string') return parsed(named, text);
    throw unreadable(named, text, { hint: `named by ${variable}` });
  }
  let denied: { readonly path: string; readonly error: unknown } | undefined;
  for (const path of usual) {
    const text = textOf(path);
    if (typeof text === 'string') return parsed(path, text);
    const code = errnoOf(text);
    if (code === 'ENOENT' || code === 'ENOTDIR') continue;
    if (code !== 'EACCES') throw unreadable(path, text);
    denied ??= { path, error: text };
  }
  if (denied !== undefined) throw unreadable(denied.path, denied.error);
  return undefined;
}

/** The text, or the error from reading it. */
function textOf(path: string): string | unknown {
  try {
    return readRegularText(path, largestBytes);
  } catch (error) {
    return error;
  }
}

function unreadable(path: string, cause: unknown, more: { readonly hint?: string } = {}): RcWaitError {
  return new RcWaitError('CONFIGURATION', `cannot read ${path}: ${reasonOf(cause)}`, { cause, ...more });
}

async function parsed(path: string, text: string): Promise<CloudFile> {
  const { readJsonText, readYamlText, UnreadableText } = await import('../../openstack/login/cloud-yaml.ts');
  try {
    return { path, value: path.endsWith('.json') ? readJsonText(text) : readYamlText(text) };
  } catch (error) {
    // Not the parser's own message: it quotes the line, which may contain the key.
    const reason = error instanceof UnreadableText ? error.message : 'it is not YAML';
    throw new RcWaitError('CONFIGURATION', `cannot use ${path}: ${reason}`);
  }
}
