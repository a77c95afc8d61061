import { nameSome } from '@evenkeel/contracts';
import { gib } from '@evenkeel/model';
import type { StorageRow } from '@evenkeel/proxmox';
import type { About, Finding } from './finding.ts';
import type { LeftoversLook } from './look-for-leftovers.ts';

const mostNamed = 4;

/** Volumes that a migration left behind, with what to do: Evenkeel deletes none. */
export function judgeLeftovers(about: About, { volumes, seen }: LeftoversLook): Finding {
  if (!seen)
    return about.ok('left over disks', 'not looked for: they are seen with VM.Config.Disk on /vms, which no token has');
  if (volumes.length === 0) return about.ok('left over disks', 'none on a node where its guest is not');
  const named = volumes.map(({ volume, node, vmid, on, bytes }) => {
    const size = bytes === undefined ? '' : `, ${gib(bytes)}`;
    return `${volume} on ${node}${size} (${vmid} is on ${on})`;
  });
  const [{ volume, node, vmid }] = volumes as [LeftoversLook['volumes'][number]];
  return about.warning(
    'left over disks',
    `used by nobody where they lie: ${nameSome(named, mostNamed, '; ')}`,
    `most often of a migration that failed; once sure that no configuration names it (qm config ${vmid}, pct config ${vmid}), on ${node}: pvesm free ${volume}`,
  );
}

/** Whether what `storage_map` says can be, there and back. */
export function judgeStorageMap(
  about: About,
  map: Readonly<Record<string, readonly string[]>>,
  rows: readonly StorageRow[],
): Finding[] {
  const pairs = Object.entries(map);
  const known = new Map(rows.map((row) => [row.storage, row]));
  const unknown = [...new Set(pairs.flatMap(([here, there]) => [here, ...there]))].filter((name) => !known.has(name));
  const unfit = [...new Set(pairs.flatMap(([, there]) => there))].filter(
    (name) => known.has(name) && !known.get(name)?.content.includes('images'),
  );
  const oneWay = pairs.flatMap(([here, there]) =>
    there.filter((name) => !known.get(name)?.shared && !map[name]?.includes(here)).map((name) => `${here} to ${name}`),
  );
  const where = 'automated_migrations.rules.storage_map';
  return [
    ...(unknown.length > 0
      ? [about.warning('storage map', `names what is not there: ${unknown.join(', ')}`, `mend ${where}`)]
      : []),
    ...(unfit.length > 0
      ? [
          about.warning(
            'storage map',
            `names what takes no disks: ${unfit.join(', ')}`,
            `pvesm set ${unfit[0]} --content images,…, or mend ${where}`,
          ),
        ]
      : []),
    ...(oneWay.length > 0
      ? [
          about.warning(
            'storage map',
            `leads one way: ${oneWay.join(', ')}; guests that went do not come back by themselves`,
            `name the way back in ${where} too, unless that is meant`,
          ),
        ]
      : []),
    ...(pairs.length > 0 && unknown.length + unfit.length + oneWay.length === 0
      ? [about.ok('storage map', `${pairs.length} storages have others to go to`)]
      : []),
  ];
}
