/**
 * The pure files of src: text and numbers in, text and numbers out. They import no Node module except node:net,
 * and no file that does (.dependency-cruiser.cjs); tests run all but a few of their lines (vitest.config.ts).
 * `*` is a name, `**` a path.
 */
const inRooms = {
  'announce/heat': ['request', 'retry'],
  'announce/hooks': ['names'],
  'app/wait': ['deployed-before'],
  'cli/args': ['environment-file'],
  base: [
    'bytes',
    'duration',
    'glob',
    'ipv4',
    'lines',
    'reading',
    'region',
    'stack-names',
    'text',
    'yaml/depth',
  ],
  history: ['answers', 'builder', 'parse', 'record', 'state', 'tasks'],
  host: ['finding', 'parse/*'],
  'network/plan': ['choose-stack', 'gateway-interface', 'parsed'],
  'network/stacks': ['**/*'],
  'network/survey': ['accounting', 'boot-scripts', 'cron', 'losses', 'unit-file'],
  openstack: ['catalog', 'documented', 'endpoints', 'find', 'page-text', 'servers'],
  'openstack/login': [
    'auth-url',
    'cloud-yaml',
    'clouds',
    'credentials',
    'identity',
    'proof',
    'rules',
    'secret',
    'settings',
  ],
  pace: ['backoff', 'possible', 'wal', 'window'],
  preflight: ['**/*'],
  rackconnect: ['payload', 'payload/*', 'regions'],
  remote: ['command-line', 'fleet', 'select', 'verdict'],
  report: [
    'endpoints',
    'exit',
    'history/*',
    'plan',
    'preflight',
    'progress',
    'remote',
    'remote-progress',
    'result',
    'words',
  ],
  simulator: ['formats', 'quota', 'random', 'rules', 'timeline'],
  'simulator/openstack': ['cloud', 'compute', 'fleet', 'identity'],
  systemd: ['hold-ups'],
  wait: ['local-verdicts', 'task-status', 'verdict'],
};

module.exports = Object.entries(inRooms).flatMap(([room, names]) =>
  names.map((name) => `src/${room}/${name}.ts`),
);
