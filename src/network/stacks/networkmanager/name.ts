import { type IniFile, lastValue } from '../text/ini.ts';

/** The longest name of an interface, in characters (IFNAMSIZ less its NUL). */
const longestName = 15;

/** As much of a profile as its name follows from. */
interface Nameless {
  readonly file: IniFile;
  readonly uuid: string | undefined;
}

/** A profile with the interface that it is for; undefined where it says none. */
type Named<T> = T & { readonly interfaceName: string | undefined };

/**
 * The profiles with the interfaces that they are for. A VLAN without a name gets one of its parent's and its
 * number, `bond0.401` (nm_utils_new_vlan_name() of NetworkManager); the parent may be named by its UUID.
 */
export function withNames<T extends Nameless>(profiles: Iterable<T>): Named<T>[] {
  const all = [...profiles];
  const nameOf = (profile: Nameless, depth = 0): string | undefined => {
    const own = ownName(profile);
    const { parent, id } = vlanOf(profile);
    if (own !== undefined || parent === undefined || id === undefined || depth > all.length) return own;
    const upper = all.find(({ uuid }) => uuid === parent);
    const name = upper === undefined ? parent : nameOf(upper, depth + 1);
    return name && `${name.slice(0, longestName - id.length - 1)}.${id}`;
  };
  return all.map((profile) => ({ ...profile, interfaceName: nameOf(profile) }));
}

/** Older releases wrote the name into the section of the type (nm-settings-keyfile(5)). */
function ownName(profile: Nameless): string | undefined {
  const type = setting(profile, 'connection', 'type') ?? '';
  return (
    setting(profile, 'connection', 'interface-name') || setting(profile, type, 'interface-name') || undefined
  );
}

function vlanOf(profile: Nameless): { readonly parent?: string; readonly id?: string } {
  if (setting(profile, 'connection', 'type') !== 'vlan') return {};
  const [parent, id] = ['parent', 'id'].map((key) => setting(profile, 'vlan', key));
  return parent && id && /^\d+$/.test(id) ? { parent, id: String(Number(id)) } : {};
}

/** The MAC address that a profile asks for, in lower case; older releases wrote its bytes as numbers, `188;118;…;`. */
export function macOf(profile: Pick<Nameless, 'file'>): string | undefined {
  const words = ['ethernet', '802-3-ethernet'].map((name) => setting(profile, name, 'mac-address'));
  const word = words.find((one) => one !== undefined);
  if (word === undefined || !/^(\d+;){5}\d+;?$/.test(word)) return word?.toLowerCase().replaceAll('-', ':');
  const bytes = word.split(';').filter(Boolean);
  return bytes.map((byte) => Number(byte).toString(16).padStart(2, '0')).join(':');
}

function setting({ file }: Pick<Nameless, 'file'>, section: string, key: string): string | undefined {
  return lastValue(
    file.sections.filter(({ name }) => name === section),
    key,
  );
}
