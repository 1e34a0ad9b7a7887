import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setForChildren } from '../../src/cli/args/variables.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { surfaceOf } from '../../src/cli/surface.ts';
import { settingSpellings, variableOfSetting } from '../../src/openstack/login/settings.ts';
import { errorExits, outcomeExits, programExits, signalExits } from '../../src/report/exit.ts';
import { allowedVariables } from '../../src/system/environment.ts';
import { commandLinePage } from './command-line.ts';
import { documentsPage, type Schema } from './documents.ts';
import { environmentPage } from './environment.ts';
import { exitStatusesPage } from './exit-statuses.ts';
import { filesPage } from './files.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The pages of docs/reference, as the sources make them: file name → text. */
export function referencePages(): ReadonlyMap<string, string> {
  const shown = surfaceOf(commands);
  const environment = {
    commands: shown,
    allowed: allowedVariables,
    logins: settingSpellings.map(([, spelled]) => spelled.map(variableOfSetting)),
    forChildren: setForChildren.map((name) => `RC_WAIT_${name}`),
  };
  const ends = {
    outcomes: Object.entries(outcomeExits),
    codes: Object.entries(errorExits),
    signals: Object.entries(signalExits),
    ofProgram: [
      ['the command behind -- cannot be started', programExits.notStarted],
      ['there is no such program as the command behind --', programExits.missing],
    ] as const,
  };
  const schemas = readdirSync(join(root, 'docs/schema'))
    .sort()
    .map((file): readonly [string, Schema] => [file, JSON.parse(read(`docs/schema/${file}`))]);
  return new Map([
    ['command-line.md', commandLinePage(shown)],
    ['environment.md', environmentPage(environment)],
    ['files.md', filesPage(['rc-wait.1', 'rc-wait.service.8'].map((name) => read(`packaging/man/${name}`)))],
    ['documents.md', documentsPage(schemas)],
    ['exit-statuses.md', exitStatusesPage(ends, shown)],
  ]);
}
