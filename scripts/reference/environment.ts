import { allFlags, type CommandText, type FlagText } from '../../src/cli/surface.ts';
import { cell, code, table } from './markdown.ts';

/** What the page of the environment is made of. */
export interface Environment {
  readonly commands: readonly CommandText[];
  /** what comes through the launcher, as patterns of sh(1) */
  readonly allowed: readonly string[];
  /** each setting of a login with its variables, the strongest first */
  readonly logins: readonly (readonly string[])[];
  /** what hooks and commands are given */
  readonly forChildren: readonly string[];
}

/** The page docs/reference/environment.md. Pure. */
export function environmentPage({ commands, allowed, logins, forChildren }: Environment): string {
  return [
    '# Environment variables',
    '',
    'Made by `npm run reference` from the sources; a test compares them.',
    '',
    '## Variables of flags',
    '',
    'Each flag has a variable. A flag on the command line is stronger, and an empty variable counts as none. A switch is `true` or',
    '`false`. The service reads them from `/etc/default/rc-wait` ([the service](../service.md#settings)).',
    '',
    ...table(['variable', 'flag', 'value', 'default', 'commands'], flagRows(commands)),
    '',
    '## Logging in',
    '',
    'For `rc-wait remote` and `rc-wait endpoints`; [logging in](../logging-in.md) has what they mean and which one counts. Of the names in',
    'one line the first is the strongest. `RAX_USERNAME`, `RAX_API_KEY`, `RAX_PASSWORD`, `RAX_AUTH_URL`, `RAX_TENANT_ID` and `RAX_REGION` are for',
    'Rackspace. Where `OS_AUTH_SYSTEM` is `rackspace`, the password is an API key, as for the old nova client. `OS_CLOUD`, `OS_CLIENT_CONFIG_FILE` and',
    '`OS_CLIENT_SECURE_FILE` name a cloud and its files.',
    '',
    ...logins.map((names) => `- ${names.map(code).join(', ')}`),
    '',
    '## What hooks and commands are given',
    '',
    'Hooks and the command behind `--` get those that are about the end of a wait; the commands of `remote --exec` those about a server.',
    'See [telling](../telling.md#hooks) and [remote](../remote.md). Secrets that are meant for rc-wait are taken away.',
    '',
    ...forChildren.map((name) => `- ${code(name)}`),
    '',
    '## What reaches rc-wait',
    '',
    'The launcher hands on these, and hides all others from Node, such as `NODE_OPTIONS` and `LD_PRELOAD`. The programs of a person (`--exec`,',
    'and the command behind `--`) get the others as well ([promises](../promises.md#the-environment-signals-and-output)).',
    '',
    `${allowed.map(code).join(', ')}.`,
    '',
  ].join('\n');
}

/** A row for each variable, in the order of their names. Commands that differ in the default share a row. */
function flagRows(commands: readonly CommandText[]): readonly (readonly string[])[] {
  const uses = commands.flatMap(({ name, flags }) => flags.map((flag) => ({ flag, command: name })));
  const common = allFlags(commands).map((flag) => flag.variable);
  const variables = [...new Set([...uses.map(({ flag }) => flag.variable), ...common])].sort();
  return variables.flatMap((variable) => {
    const own = uses.filter(({ flag }) => flag.variable === variable);
    const [first] = own;
    if (first === undefined) return [];
    return [
      [
        code(variable),
        code(`--${first.flag.name}`),
        [...new Set(own.map(({ flag }) => valuesOf(flag)))].join('; or '),
        [...new Set(own.flatMap(({ flag }) => flag.default ?? []))].map(cell).join(' or '),
        own.map(({ command }) => command).join(', '),
      ],
    ];
  });
}

function valuesOf({ value, choices }: FlagText): string {
  if (choices.length > 0) return choices.map(code).join(', ');
  return cell(value ?? 'true or false');
}
