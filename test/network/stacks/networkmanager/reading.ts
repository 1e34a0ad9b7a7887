import type { NetworkFile } from '../../../../src/network/types.ts';

/** The settings of a section as GLib merges them, read with no code of the product's; undefined where it is not there. */
export function settingsOf(text: string, wanted: string): Map<string, string> | undefined {
  let settings: Map<string, string> | undefined;
  let section = '';
  for (const line of text.split(/\r?\n/).map((one) => one.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[')) {
      section = line;
      if (section === `[${wanted}]`) settings ??= new Map();
    } else if (section === `[${wanted}]`) {
      const at = line.indexOf('=');
      settings?.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
    }
  }
  return settings;
}

/** Resolvers, search domains and options of a section that count. */
export function resolversOf(text: string, section: string): string[] {
  const settings = settingsOf(text, section);
  return ['dns', 'dns-search', 'dns-options'].flatMap((key) => words(settings?.get(key) ?? ''));
}

function words(value: string): string[] {
  const all = value.split(';').map((word) => word.trim().toLowerCase());
  return all.filter((word) => word !== '');
}

/** Whether NetworkManager takes resolvers in a section; in none at all, for it means auto. */
export function takesResolvers(text: string, section: string): boolean {
  const settings = settingsOf(text, section);
  return settings === undefined || ['auto', 'manual'].includes(settings.get('method') ?? '');
}

/** The default routes that a profile gives, by NetworkManager's rules. */
export function defaultsIn({ path, text }: NetworkFile): string[] {
  const name = /eth\d/.exec(path)?.[0];
  const settings = settingsOf(text, 'ipv4');
  if (settings === undefined) return [`${name} auto`];
  const found: string[] = [];
  const never = settings.get('never-default') === 'true';
  const addresses = [...settings].filter(([key]) => /^address/.test(key)).sort();
  const behind = addresses
    .map(([, value]) => value.split(/[,;]/).filter(Boolean))
    .map((words) => words[words[0]?.includes('/') ? 1 : 2])
    .find((gateway) => gateway !== undefined && gateway !== '0.0.0.0');
  const gateway = settings.get('gateway') ?? behind;
  if (gateway !== undefined && !never) found.push(`${name} ${gateway}`);
  if (settings.get('method') !== 'manual' && !never) found.push(`${name} auto`);
  for (const [key, value] of settings) {
    if (!/^routes?\d+$/.test(key) || !/^0\.0\.0\.0[/;]0/.test(value)) continue;
    if (settings.get(`${key}_options`)?.includes('table=')) continue;
    found.push(`${name} ${value.split(/[,;]/)[value.includes('/') ? 1 : 2]}`);
  }
  return found;
}
