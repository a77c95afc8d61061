import { type AnyEvent, commands, streams } from '@evenkeel/contracts';
import type { Service } from '@evenkeel/runtime';

const ledger = '$KV.EVENKEEL_LEDGER';
/** What each writes into the ledger besides the configuration: people's wishes, and what executors hold. */
const keeps: Record<string, string[]> = {
  'filter-pipeline': ['*.automation'],
  executor: ['*.migration.>', '*.claim.>', '*.done.>'],
};

const subjectOf = ({ stream, name }: AnyEvent): string =>
  `evenkeel.v1.${stream}.*.${name}${stream === 'telemetry' ? '' : '.*'}`;

/** What JetStream is asked by whoever reads streams. */
const asking = [
  '$JS.API.INFO',
  '$JS.API.STREAM.INFO.*',
  '$JS.API.STREAM.MSG.GET.*',
  '$JS.API.CONSUMER.CREATE.>',
  '$JS.API.CONSUMER.INFO.>',
  '$JS.API.CONSUMER.MSG.NEXT.>',
  '$JS.API.CONSUMER.DELETE.>',
];
/** And by a service, which sets streams up and has consumers of its own. */
const serving = [
  '$JS.API.STREAM.CREATE.*',
  '$JS.API.STREAM.UPDATE.*',
  '$JS.API.CONSUMER.DURABLE.CREATE.>',
  '$JS.ACK.>',
];
const forgetting = `$JS.API.STREAM.PURGE.KV_EVENKEEL_LEDGER`;

type User = { name: string; about: string; publish: string[]; subscribe?: string[] };

const serviceUser = ({ name, summary, publishes }: Service): User => ({
  name,
  about: summary,
  publish: [
    ...(publishes as readonly AnyEvent[]).map(subjectOf),
    `evenkeel.v1.dead.${name}.>`,
    ...['config.>', `config_offer.${name}`, ...(keeps[name] ?? [])].map((key) => `${ledger}.${key}`),
    forgetting,
    ...asking,
    ...serving,
  ],
});

const people: User[] = [
  {
    name: 'operator',
    about:
      'Whoever steers from the command line: pause, mode, approve, drain; and says dead letters again or drops them.',
    publish: [
      ...commands.map(subjectOf),
      ...Object.keys(streams).map((stream) => `evenkeel.v1.${stream}.*.replayed.>`),
      '$JS.API.STREAM.MSG.DELETE.EVENKEEL_DEAD',
      ...asking,
    ],
  },
  {
    name: 'reader',
    about: 'Dashboards and the like: everything is seen, nothing is said.',
    publish: asking,
    subscribe: ['evenkeel.v1.>'],
  },
];

const variable = (name: string): string => `$EVENKEEL_NATS_${name.toUpperCase().replaceAll('-', '_')}_PASSWORD`;

const tellUser = ({ name, about, publish, subscribe = [] }: User): string =>
  [
    `    # ${about}`,
    `    { user: "${name}", password: ${variable(name)}, permissions: {`,
    `      subscribe: [${['_INBOX.>', ...subscribe].map((one) => `"${one}"`).join(', ')}]`,
    '      publish: [',
    ...publish.map((one) => `        "${one}"`),
    '      ]',
    '    } }',
  ].join('\n');

const head = `# An example, generated: users of NATS by service, each allowed to publish what it says and no more.
# In nats.conf: \`include nats-accounts.conf\`; passwords come from the environment of nats-server (or put bcrypt hashes in their place),
# and each service has its own in EVENKEEL_NATS_USER and EVENKEEL_NATS_PASSWORD_FILE. \`evenkeel up\`, one process, needs one user with
# all that the services may together. With TLS (\`tls {}\`), or on a network of their own: passwords travel as they are.
# Every service may change the configuration in the ledger, since each brings its own (one in which a cluster with a pause has another name comes
# into force through filter-pipeline); and whoever may read can make consumers.
`;

/** Publish allow-lists by user, from what the services declare that they say. */
export const natsAccounts = (services: readonly Service[]): Record<string, string> => ({
  'deploy/nats-accounts.conf': `${head}accounts {\n  EVENKEEL: {\n    jetstream: enabled\n    users: [\n${[
    ...services.map(serviceUser),
    ...people,
  ]
    .map(tellUser)
    .join('\n')}\n    ]\n  }\n  SYS: {}\n}\nsystem_account: SYS\n`,
});
