import { type AnyEvent, commands, streams, token } from '@evenkeel/contracts';
import { durableOf, type Service } from '@evenkeel/runtime';

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
/** What moves a consumer along, or makes another of it. */
const handling = (durable: string): string[] => [
  `$JS.API.CONSUMER.CREATE.*.${durable}`,
  `$JS.API.CONSUMER.CREATE.*.${durable}.>`,
  `$JS.API.CONSUMER.DURABLE.CREATE.*.${durable}`,
  `$JS.API.CONSUMER.DELETE.*.${durable}`,
  `$JS.API.CONSUMER.MSG.NEXT.*.${durable}`,
  `$JS.ACK.*.${durable}.>`,
  `$JS.ACK.*.*.*.${durable}.>`,
];
/** The one that sets streams up, and throws away what was removed from the ledger: with that more can be emptied than is said. */
const keeper = 'executor';
const keeping = ['$JS.API.STREAM.CREATE.*', '$JS.API.STREAM.UPDATE.*', '$JS.API.STREAM.PURGE.KV_EVENKEEL_LEDGER'];

type User = { name: string; about: string; publish: string[]; subscribe?: string[] };

const serviceUser = ({ name, summary, publishes }: Service): User => ({
  name,
  about: summary,
  publish: [
    ...(publishes as readonly AnyEvent[]).map(subjectOf),
    `evenkeel.v1.dead.${name}.>`,
    ...['config.>', `config_offer.${name}`, ...(keeps[name] ?? [])].map((key) => `${ledger}.${key}`),
    ...(name === keeper ? keeping : []),
    ...asking,
    '$JS.API.CONSUMER.DURABLE.CREATE.>',
    '$JS.ACK.>',
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
    about: 'Dashboards and the like, which read streams: everything is seen, nothing is said.',
    publish: asking,
  },
];

const variable = (name: string): string => `$EVENKEEL_NATS_${name.toUpperCase().replaceAll('-', '_')}_PASSWORD`;

const list = (subjects: string[]): string => subjects.map((one) => `          "${one}"`).join('\n');

const tellUser = ({ name, about, publish, subscribe = [] }: User, kept: string[]): string =>
  [
    `    # ${about}`,
    `    { user: "${name}", password: ${variable(name)}, permissions: {`,
    `      subscribe: [${[`_INBOX_${token(name)}.>`, ...subscribe].map((one) => `"${one}"`).join(', ')}]`,
    '      publish: {',
    `        allow: [\n${list(publish)}\n        ]`,
    `        deny: [\n${list(kept)}\n        ]`,
    '      }',
    '    } }',
  ].join('\n');

const head = (
  clusters: readonly string[],
): string => `# Generated for: ${clusters.join(', ')}. For your clusters: evenkeel config nats-accounts <cluster>... > nats-accounts.conf
# Users of NATS by service, each allowed to publish what it says and no more, and kept from the consumers of the others (by their names,
# which are those of service and cluster: a cluster that is not named above works, but its consumers are in reach of every user below).
# In nats.conf: \`include nats-accounts.conf\`; passwords come from the environment of nats-server (or put bcrypt hashes in their place),
# and each service has its own in EVENKEEL_NATS_USER and EVENKEEL_NATS_PASSWORD_FILE. \`evenkeel up\`, one process, needs one user with
# all that the services may together. With TLS (\`tls {}\`), or on a network of their own: passwords travel as they are.
# Only ${keeper} sets streams up: without it the others wait. Each hears answers under an inbox of its own, \`_INBOX_<user>\` (what is
# not a letter, digit or hyphen is written as \`_\` and its hex).
# Every service may change the configuration in the ledger, since each brings its own (one in which a cluster with a pause has another name comes
# into force through filter-pipeline). What this does not keep is in promises.md.
`;

/** Users of NATS, their permissions made from what the services declare that they say, and from the names of their consumers in these clusters. */
export function natsAccounts(services: readonly Service[], clusters: readonly string[]): string {
  const users = [...services.map(serviceUser), ...people].map((user) => {
    const others = services.filter(({ name }) => name !== user.name);
    const kept = others.flatMap(({ name }) => clusters.flatMap((cluster) => handling(durableOf(name, cluster))));
    return tellUser(user, kept);
  });
  const account = `  EVENKEEL: {\n    jetstream: enabled\n    users: [\n${users.join('\n')}\n    ]\n  }`;
  return `${head(clusters)}accounts {\n${account}\n  SYS: {}\n}\nsystem_account: SYS\n`;
}
