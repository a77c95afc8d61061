/** Packages of this repository that each may import; `*` stands for all. Arrows only point one way: nobody imports a service but all-in-one. */
export const mayImport: Record<string, readonly string[]> = {
  contracts: [],
  model: ['contracts'],
  bus: ['contracts'],
  store: ['contracts'],
  proxmox: ['contracts'],
  simulator: ['contracts', 'proxmox'],
  servers: [],
  runtime: ['contracts', 'bus', 'store', 'proxmox'],
  collector: ['contracts', 'model', 'runtime', 'proxmox'],
  profiler: ['contracts', 'model', 'runtime'],
  scorer: ['contracts', 'model', 'runtime'],
  recommender: ['contracts', 'model', 'runtime'],
  'filter-pipeline': ['contracts', 'model', 'runtime'],
  executor: ['contracts', 'model', 'runtime', 'proxmox', 'bus'],
  'outcome-tracker': ['contracts', 'model', 'runtime'],
  'all-in-one': ['*'],
  test: ['*'],
};

/** Packages that tests of any package may use besides. */
export const forTests = ['bus', 'store', 'proxmox', 'simulator', 'servers', 'model', 'contracts', 'runtime'];

/** Workspaces whose files are pure, but for those that tie them to the runtime. */
export const pure = [
  'contracts',
  'model',
  'collector',
  'profiler',
  'scorer',
  'recommender',
  'filter-pipeline',
  'executor',
  'outcome-tracker',
];
export const ties = ['service.ts'];

/** What a pure file may not contain, each with its name. */
export const impure: Record<string, RegExp> = {
  'Date.now': /\bDate\.now\b/,
  'the time of the machine': /\bnew Date\(\s*\)/,
  'Math.random': /\bMath\.random\b/,
  crypto: /\bcrypto\.(randomUUID|getRandomValues)\b/,
  process: /\bprocess\./,
  performance: /\bperformance\./,
  'a timer': /\b(setTimeout|setInterval|setImmediate|queueMicrotask)\b/,
  console: /\bconsole\./,
  'the network': /\bfetch\(/,
  async: /\basync\b|\bawait\b|\bPromise\b/,
};

/** Files that may do one of these all the same, and why. */
export const exceptions: { file: string; may: string; because: string }[] = [
  ...[
    'act',
    'ask',
    'ask-guest',
    'decide',
    'hold',
    'last-failure',
    'look',
    'look-before',
    'look-along',
    'look-for-leftovers',
    'perform',
    'prune',
    'read-other-moves',
  ].map((name) => ({
    file: `services/executor/src/${name}.ts`,
    may: 'async',
    because: 'asks and tells Proxmox and the ledger, which it is handed; what it decides on the answers is pure',
  })),
  {
    file: 'services/collector/src/look.ts',
    may: 'async',
    because: 'reads Proxmox, which it is handed; what it makes of the answers is pure',
  },
];
