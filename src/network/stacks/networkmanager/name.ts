import { type IniFile, lastValue } from '../text/ini.ts';

/** The longest name of an interface, in characters (IFNAMSIZ without its NUL). */
const longestName = 15;

/** The parts of a profile that determine its interface's name. */
interface Nameless {
  readonly file: IniFile;
  readonly uuid: string | undefined;
}

/** A profile with its interface's name; undefined if it names none. */
type Named<T> = T & { readonly interfaceName: string | undefined };

/**
 * Adds the names of the profiles' interfaces. A VLAN without a name is named after its parent and its
 * number, `bond0.401` (nm_utils_new_vlan_name() of NetworkManager); the parent may be given by its UUID.
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

/** The MAC address in a profile, in lower case; older releases wrote its bytes as numbers, `188;118;…;`. */
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
