/** The supported login settings, under openstacksdk's names. */
export type SettingName = keyof typeof spellings;

/**
 * Each setting with its spellings, the strongest first. A variable is OS_ and the spelling in upper case; a key
 * of clouds.yaml is the spelling with hyphens or underscores ("Configuring OpenStack SDK Applications", OpenStack).
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

/** All settings with their spellings. */
export const settingSpellings = Object.entries(spellings) as readonly (readonly [
  SettingName,
  readonly string[],
])[];

/** Values that are sent untrimmed: white space may be part of them. */
const verbatim: ReadonlySet<SettingName> = new Set(['password', 'application_credential_secret']);

export interface LoginSetting {
  readonly text: string;
  /** the name by which the user wrote it: `OS_PASSWORD`, or `password` in clouds.yaml */
  readonly name: string;
  readonly source: 'environment' | 'cloud';
}

/** The settings that were found; an empty value counts as missing. */
export type LoginSettings = ReadonlyMap<SettingName, LoginSetting>;

/** A list of the one setting; empty if its value is. */
export function settingOf(
  name: SettingName,
  text: string | undefined,
  at: Omit<LoginSetting, 'text'>,
): readonly [SettingName, LoginSetting][] {
  const trimmed = text?.trim();
  if (text === undefined || trimmed === undefined || trimmed === '') return [];
  return [[name, { ...at, text: verbatim.has(name) ? text : trimmed }]];
}

export const variableOfSetting = (spelling: string): string => `OS_${spelling.toUpperCase()}`;

/** The settings in OS_* variables. */
export function settingsIn(variables: Readonly<Record<string, string | undefined>>): LoginSettings {
  return new Map(
    settingSpellings.flatMap(([name, spelled]) =>
      spelled
        .flatMap((spelling) => {
          const variable = variableOfSetting(spelling);
          return settingOf(name, variables[variable], { name: variable, source: 'environment' });
        })
        .slice(0, 1),
    ),
  );
}

/** Groups of settings that name the same thing: one of them replaces the others. */
const sameThing: readonly (readonly SettingName[])[] = [
  ['user_id', 'username'],
  ['project_id', 'project_name'],
  ['application_credential_id', 'application_credential_name'],
  ['user_domain_id', 'user_domain_name'],
  ['project_domain_id', 'project_domain_name'],
  ['domain_id', 'domain_name'],
  ['default_domain_id', 'default_domain_name'],
];

/** Settings with stronger ones on top. A stronger name also removes a weaker id: with both, the id would be used. */
export function settingsOver(weaker: LoginSettings, stronger: LoginSettings): LoginSettings {
  const replaced = sameThing.filter((group) => group.some((name) => stronger.has(name))).flat();
  const kept = [...weaker].filter(([name]) => !replaced.includes(name));
  return new Map([...kept, ...stronger]);
}

/** The region named by the environment. It overrides clouds.yaml in every command. */
export function regionIn(variables: Readonly<Record<string, string | undefined>>): string | undefined {
  return [variables.RAX_REGION, variables.OS_REGION_NAME]
    .map((text) => text?.trim())
    .find((text) => text !== undefined && text !== '');
}
