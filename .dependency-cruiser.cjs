const globs = require('./scripts/pure.cjs');

const pure = `^(${globs
  .map((glob) => glob.replaceAll('.', '\\.').replace('**/*', '.+').replaceAll('*', '[^/]+'))
  .join('|')})$`;

/** The rooms of the house and the one way for data through them. */
const rooms = (names) => `^src/(${names.join('|')})/`;

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^src/' }, to: {} },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'only-cli-knows-yargs',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli/|main\\.ts$)' },
      to: { path: 'node_modules/yargs' },
    },
    {
      name: 'only-http-knows-undici',
      severity: 'error',
      from: { path: '^src/', pathNot: rooms(['http']) },
      to: { path: 'node_modules/undici' },
    },
    {
      name: 'only-the-ledger-knows-sqlite',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/pace/database\\.ts$' },
      to: { path: 'sqlite' },
    },
    {
      name: 'only-the-system-room-starts-programs',
      comment:
        'Start failures are values, kills reach the whole group, and secrets stay out of environments: in one place.',
      severity: 'error',
      from: { path: '^src/', pathNot: rooms(['system']) },
      to: { path: '^(node:)?child_process$' },
    },
    {
      name: 'system-stands-on-base',
      severity: 'error',
      from: { path: rooms(['system']) },
      to: { path: '^src/', pathNot: rooms(['base', 'system']) },
    },
    {
      name: 'base-stands-alone',
      severity: 'error',
      from: { path: rooms(['base']) },
      to: { path: '^src/', pathNot: rooms(['base']) },
    },
    {
      name: 'network-knows-nothing-of-rackconnect',
      severity: 'error',
      from: { path: rooms(['network']) },
      to: { path: '^src/', pathNot: rooms(['base', 'system', 'network']) },
    },
    {
      name: 'a-stack-knows-no-other-stack',
      comment: 'What two of them need stands beside their folders, or in text/.',
      severity: 'error',
      from: { path: '^src/network/stacks/(?!text/)([^/]+)/' },
      to: { path: '^src/network/stacks/(?!text/)[^/]+/', pathNot: '^src/network/stacks/$1/' },
    },
    {
      name: 'what-stacks-share-knows-no-stack',
      severity: 'error',
      from: { path: '^src/network/stacks/(text/|[^/]+\\.ts$)', pathNot: '^src/network/stacks/index\\.ts$' },
      to: { path: '^src/network/stacks/(?!text/)[^/]+/' },
    },
    {
      name: 'pace-knows-nothing-of-what-it-paces',
      severity: 'error',
      from: { path: rooms(['pace']) },
      to: { path: '^src/', pathNot: rooms(['base', 'system', 'pace']) },
    },
    {
      name: 'rackconnect-goes-through-the-pace',
      severity: 'error',
      from: { path: rooms(['rackconnect']) },
      to: { path: '^src/', pathNot: rooms(['base', 'http', 'pace', 'rackconnect']) },
    },
    {
      name: 'host-asks-nobody',
      severity: 'error',
      from: { path: rooms(['host']) },
      to: { path: '^src/', pathNot: rooms(['base', 'system', 'host']) },
    },
    {
      name: 'history-keeps-what-it-is-told',
      severity: 'error',
      from: { path: rooms(['history']) },
      to: {
        path: '^src/',
        pathNot: [
          rooms(['base', 'system', 'history']),
          '^src/(pace|rackconnect)/types\\.ts$',
          '^src/wait/(job|verdict)\\.ts$',
        ],
      },
    },
    {
      name: 'preflight-judges-text',
      comment: 'What a cause looks like, apart from how the files are reached.',
      severity: 'error',
      from: { path: rooms(['preflight']) },
      to: { path: '^src/', pathNot: rooms(['base', 'preflight']) },
    },
    {
      name: 'http-stands-on-base',
      severity: 'error',
      from: { path: rooms(['http']) },
      to: { path: '^src/', pathNot: rooms(['base', 'http']) },
    },
    {
      name: 'announcing-asks-nobody',
      severity: 'error',
      from: { path: rooms(['announce']) },
      to: { path: '^src/', pathNot: rooms(['base', 'http', 'system', 'announce']) },
    },
    {
      name: 'openstack-knows-no-rooms-but-http',
      comment: 'What RackConnect says is none of its business; how HTTP is spoken is the same for all.',
      severity: 'error',
      from: { path: rooms(['openstack']) },
      to: { path: '^src/', pathNot: rooms(['base', 'http', 'openstack']) },
    },
    {
      name: 'systemd-stands-alone',
      severity: 'error',
      from: { path: rooms(['systemd']) },
      to: { path: '^src/', pathNot: rooms(['base', 'system', 'systemd']) },
    },
    {
      name: 'wait-knows-no-edges',
      severity: 'error',
      from: { path: rooms(['wait']) },
      to: {
        path: '^src/',
        pathNot: [rooms(['base', 'wait', 'rackconnect', 'pace']), '^src/http/types\\.ts$'],
      },
    },
    {
      name: 'report-is-the-end',
      severity: 'error',
      from: { path: rooms(['report']) },
      to: { path: rooms(['cli', 'app', 'host', 'simulator', 'systemd', 'system', 'announce']) },
    },
    {
      name: 'remote-asks-openstack',
      severity: 'error',
      from: { path: rooms(['remote']) },
      to: { path: '^src/', pathNot: rooms(['base', 'system', 'openstack', 'pace', 'remote']) },
    },
    {
      name: 'app-knows-no-cli',
      comment: 'What a command does takes plain options, whoever has read them.',
      severity: 'error',
      from: { path: rooms(['app']) },
      to: { path: rooms(['cli']) },
    },
    {
      name: 'cli-is-words-and-flags',
      severity: 'error',
      from: { path: rooms(['cli']) },
      to: { path: '^src/', pathNot: rooms(['cli', 'app', 'report', 'base']) },
    },
    {
      name: 'only-cli-and-main-know-app',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(app/|cli/|main\\.ts$)' },
      to: { path: rooms(['app', 'cli']) },
    },
    {
      name: 'a-mistake-must-not-agree-with-itself',
      comment: 'The simulator shares no parsing, no types and no constants with the client.',
      severity: 'error',
      from: { path: rooms(['simulator']) },
      to: { path: '^src/', pathNot: rooms(['base', 'simulator']) },
    },
    {
      name: 'only-one-command-simulates',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(simulator/|app/simulate\\.ts$)' },
      to: { path: rooms(['simulator']) },
    },
    {
      name: 'pure-files-touch-nothing',
      comment: 'Clocks and randomness come in as arguments; node:net is there for isIPv4 alone.',
      severity: 'error',
      from: {
        path: pure,
      },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?net$' },
    },
    {
      name: 'pure-files-import-pure-files',
      severity: 'error',
      from: {
        path: pure,
      },
      to: {
        path: '^src/',
        dependencyTypesNot: ['type-only'],
        pathNot: [pure, '^src/(base/error|[a-z/]+/types)\\.ts$'],
      },
    },
    {
      name: 'not-to-dev-dependencies',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
