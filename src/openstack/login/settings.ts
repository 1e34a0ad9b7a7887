/** The settings of a login that are understood, under the names that openstacksdk gives them. */
export type SettingName = keyof typeof spellings;

/**
 * Each with its spellings, the strongest first. A variable is OS_ with the
 * spelling in upper case; a key of clouds.yaml is the spelling, with hyphens or
 * underscores ("Configuring OpenStack SDK Applications", OpenStack).
 */
const spellings = {
  auth_url: ['auth_url'],
  auth_type: ['auth_type', 'auth_plugin'],
  username: ['username', 'user_name'],
  user_id: ['user_id'],
  password: ['password'],
  api_key: ['api_key', 'apikey'],
  token: ['token', 'auth_token'],
  application_credential_id: ['application_credential_id'],
  application_credential_name: ['application_credential_name'],
  application_credential_secret: ['application_credential_secret'],
  project_id: ['project_id', 'tenant_id'],
  project_name: ['project_name', 'tenant_name'],
  user_domain_id: ['user_domain_id'],
  user_domain_name: ['user_domain_name'],
  project_domain_id: ['project_domain_id'],
  project_domain_name: ['project_domain_name'],
  domain_id: ['domain_id'],
  domain_name: ['domain_name'],
  // OS_DEFAULT_DOMAIN is an id ("--os-default-domain", python-openstackclient).
  default_domain_id: ['default_domain_id', 'default_domain'],
  default_domain_name: ['default_domain_name'],
  trust_id: ['trust_id'],
  system_scope: ['system_scope'],
  identity_api_version: ['identity_api_version'],
  region_name: ['region_name'],
  compute_service_name: ['compute_service_name'],
  cacert: ['cacert'],
  cert: ['cert'],
  insecure: ['insecure'],
  verify: ['verify'],
} as const;

/** All of them, with their spellings. */
export const settingSpellings = Object.entries(spellings) as readonly (readonly [
  SettingName,
  readonly string[],
])[];

/** Values that are sent as they are: white space may belong to them. */
const verbatim: ReadonlySet<SettingName> = new Set(['password', 'application_credential_secret']);

/** A setting that was found. */
export interface Setting {
  readonly text: string;
  /** how it is called where it stands: `OS_PASSWORD`, or `password` in clouds.yaml */
  readonly name: string;
  readonly source: 'environment' | 'cloud';
}

/** What was found of a login. An empty one is none. */
export type Settings = ReadonlyMap<SettingName, Setting>;

/** A setting, unless it is empty. */
export function settingOf(
  name: SettingName,
  text: string | undefined,
  at: Omit<Setting, 'text'>,
): readonly [SettingName, Setting][] {
  const trimmed = text?.trim();
  if (text === undefined || trimmed === undefined || trimmed === '') return [];
  return [[name, { ...at, text: verbatim.has(name) ? text : trimmed }]];
}

/** The variable of a setting. */
export const variableOf = (spelling: string): string => `OS_${spelling.toUpperCase()}`;

/** The settings that OS_* variables hold. */
export function settingsIn(variables: Readonly<Record<string, string | undefined>>): Settings {
  return new Map(
    settingSpellings.flatMap(([name, spelled]) =>
      spelled
        .flatMap((spelling) => {
          const variable = variableOf(spelling);
          return settingOf(name, variables[variable], { name: variable, source: 'environment' });
        })
        .slice(0, 1),
    ),
  );
}

/** Settings that name the same thing: who says it in one way has said it. */
const sameThing: readonly (readonly SettingName[])[] = [
  ['user_id', 'username'],
  ['project_id', 'project_name'],
  ['application_credential_id', 'application_credential_name'],
  ['user_domain_id', 'user_domain_name'],
  ['project_domain_id', 'project_domain_name'],
  ['domain_id', 'domain_name'],
  ['default_domain_id', 'default_domain_name'],
];

/** Settings with stronger ones over them. A stronger name takes the place of a weaker id: both would mean the id. */
export function settingsOver(weaker: Settings, stronger: Settings): Settings {
  const replaced = sameThing.filter((group) => group.some((name) => stronger.has(name))).flat();
  const kept = [...weaker].filter(([name]) => !replaced.includes(name));
  return new Map([...kept, ...stronger]);
}

/** The region that the environment names. It is stronger than that of clouds.yaml, for every command. */
export function regionIn(variables: Readonly<Record<string, string | undefined>>): string | undefined {
  return [variables.RAX_REGION, variables.OS_REGION_NAME]
    .map((text) => text?.trim())
    .find((text) => text !== undefined && text !== '');
}
