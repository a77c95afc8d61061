import type { NodeSample } from '@evenkeel/contracts';
import { describe, expect, test } from 'vitest';
import { aCluster, aConfig, aGuest, aNode } from '../sample-cluster.ts';
import { suitsNode } from './allowed-on.ts';
import { decidingFlags, flagsOf } from './flags-of.ts';
import { ruleContext } from './rule-context.ts';

const sandy = 'pni ssse3 cx16 sse4_1 sse4_2 popcnt aes pclmulqdq avx xsave rdtscp';
const haswell = `${sandy} f16c rdrand fsgsbase smep erms avx2 bmi1 bmi2 fma movbe abm invpcid`;
const icelake = `${haswell} adx rdseed smap 3dnowprefetch xsavec xgetbv1 avx512f avx512bw avx512cd avx512dq avx512vl clwb avx512_vnni avx512vbmi avx512_vbmi2 avx512_bitalg avx512_vpopcntdq gfni vaes vpclmulqdq la57 umip wbnoinvd`;
const cpu = (cpu_model: string, flags?: string, cpu_vendor = 'GenuineIntel'): Partial<NodeSample> => ({
  cpu_vendor,
  cpu_model,
  ...(flags === undefined ? {} : { cpu_flags: flags.split(' ') }),
});
const gold = cpu('Xeon Gold 6338', icelake);
const e5 = cpu('Xeon E5-2670', sandy);
const e5v3 = cpu('Xeon E5-2670 v3', haswell);

const said = (cpu_type: string, from: Partial<NodeSample>, to: Partial<NodeSample>, more: object = {}) => {
  const guest = aGuest(1, 'a', { constraints: { ...aGuest(1, 'a').constraints!, cpu_type }, ...more });
  return suitsNode(guest.guest, 'b', ruleContext(aCluster([aNode('a', from), aNode('b', to)], [guest]), aConfig()));
};
const lacks = (type: string, flags: string) => `its CPU type is ${type}, and the CPU of b lacks ${flags}`;
const other = (type: string) => `its CPU type is ${type}, and b has another model (Xeon E5-2670)`;

describe('a CPU type', () => {
  test.each<[string, string, Partial<NodeSample>, Partial<NodeSample>, string | null]>([
    ['that every processor runs', 'kvm64', gold, e5, null],
    ['x86-64-v2', 'x86-64-v2', gold, e5, null],
    ['x86-64-v2-AES', 'x86-64-v2-AES', gold, e5, null],
    [
      'x86-64-v2-AES where AES is switched off',
      'x86-64-v2-AES',
      gold,
      cpu('Xeon E5-2670', sandy.replace('aes ', '')),
      lacks('x86-64-v2-AES', 'aes'),
    ],
    ['x86-64-v3 on a later one', 'x86-64-v3', gold, e5v3, null],
    [
      'x86-64-v3 on an older one',
      'x86-64-v3',
      gold,
      e5,
      lacks('x86-64-v3', 'abm, avx2, bmi1, bmi2, f16c, fma and 1 more'),
    ],
    ['x86-64-v4', 'x86-64-v4', gold, e5v3, lacks('x86-64-v4', 'avx512bw, avx512cd, avx512dq, avx512f, avx512vl')],
    ['host', 'host', gold, e5, other('host')],
    ['max', 'max', gold, e5, other('max')],
    ['host on the same model', 'host', gold, gold, null],
    [
      'host on a model that is not known',
      'host',
      gold,
      { cpu_flags: ['aes'] },
      'its CPU type is host, and the model of the CPU of b is not known',
    ],
    ['a custom model', 'custom-ours', gold, e5, other('custom-ours')],
    ['a custom model on the same', 'custom-ours', gold, gold, null],
    ['a generation', 'Haswell-noTSX', gold, e5v3, null],
    [
      'a revision of a generation',
      'Haswell-noTSX-IBRS',
      gold,
      e5,
      lacks('Haswell-noTSX-IBRS', 'abm, avx2, bmi1, bmi2, erms, f16c and 6 more'),
    ],
    [
      'a numbered revision of a generation',
      'Skylake-Server-v4',
      gold,
      e5v3,
      expect.stringMatching(/lacks 3dnowprefetch, adx, /) as never,
    ],
    ['a generation with what its own node lacks too', 'Icelake-Server', gold, cpu('Xeon Gold 6342', icelake), null],
    [
      'a later generation',
      'Icelake-Server',
      gold,
      e5v3,
      expect.stringMatching(/lacks 3dnowprefetch, adx, avx512_bitalg, /) as never,
    ],
    [
      'of another vendor',
      'EPYC',
      cpu('EPYC', haswell, 'AuthenticAMD'),
      gold,
      'b has a CPU of GenuineIntel, a one of AuthenticAMD',
    ],
    [
      'on flags that are not known',
      'x86-64-v2-AES',
      gold,
      cpu('Xeon E5-2670'),
      'whether b can run its CPU type x86-64-v2-AES is not known: no flags of its CPU, and the model is not that of a',
    ],
    ['on the same model, whose flags are not known', 'x86-64-v4', gold, cpu('Xeon Gold 6338'), null],
    ['from flags that are not known', 'x86-64-v3', cpu('Xeon Gold 6338'), e5v3, null],
    ['on a node of which nothing is known', 'x86-64-v4', gold, {}, null],
  ])('%s', (_, type, from, to, expected) => {
    expect(said(type, from, to)).toEqual(expected);
  });

  test('of a container is none', () => {
    const guest = aGuest(1, 'a', {
      type: 'lxc',
      constraints: { ...aGuest(1, 'a').constraints!, cpu_type: 'container' },
    });
    const ctx = ruleContext(aCluster([aNode('a', gold), aNode('b', e5)], [guest]), aConfig());
    expect(suitsNode(guest.guest, 'b', ctx)).toBeNull();
  });

  test.each<[string, number[], number[]]>([
    ['Haswell', [1, 3], [2, 4, 5]],
    ['Broadwell', [1, 3], [2, 4]],
    ['Skylake-Client', [1, 2], [3, 4]],
    ['Skylake-Server', [1, 2], [3, 4, 5, 6]],
    ['Cascadelake-Server', [1, 2], [3, 4, 5]],
    ['Icelake-Server', [1, 7, 8], [2, 3, 4, 5, 6]],
    ['Cooperlake', [1, 2], []],
    ['SapphireRapids', [1, 2], []],
  ])('%s has TSX in some of its numbered versions only', (name, having, lacking) => {
    const hasTsx = (type: string) => ['hle', 'rtm'].map((flag) => flagsOf(type)!.includes(flag));
    for (const type of [name, `${name}-IBRS`, ...having.map((n) => `${name}-v${n}`)])
      expect([type, ...hasTsx(type)]).toEqual([type, true, true]);
    for (const type of lacking.map((n) => `${name}-v${n}`))
      expect([type, ...hasTsx(type)]).toEqual([type, false, false]);
  });

  test('has in a numbered version what the name of that version has, and what came with it', () => {
    expect(flagsOf('Haswell-v4')).toEqual(flagsOf('Haswell-noTSX-IBRS'));
    expect(flagsOf('Skylake-Server-v3')).toEqual(flagsOf('Skylake-Server-noTSX-IBRS'));
    expect(flagsOf('Icelake-Server-v2')).toEqual(flagsOf('Icelake-Server-noTSX'));
    const added = (to: string, from: string) => flagsOf(to)!.filter((flag) => !flagsOf(from)!.includes(flag));
    expect(added('Icelake-Server-v4', 'Icelake-Server-v3')).toEqual(['avx512ifma', 'fsrm', 'rdpid', 'sha_ni']);
    expect(added('Icelake-Server-v7', 'Icelake-Server-v6')).toEqual(['hle', 'rtm']);
    expect(flagsOf('EPYC-Rome-v4')).toEqual(flagsOf('EPYC-Rome'));
    expect(flagsOf('toString-v1')).toBeUndefined();
  });

  test('needs what the one it builds on needs; flags that no type needs decide nothing', () => {
    expect(flagsOf('x86-64-v4')).toEqual(expect.arrayContaining([...flagsOf('x86-64-v3')!, 'avx512f']));
    expect(flagsOf('toString')).toBeUndefined();
    expect(decidingFlags.has('aes')).toBe(true);
    expect(decidingFlags.has('vmx')).toBe(false);
  });
});

describe('a version of Proxmox VE', () => {
  test.each<[string, string | undefined, string | undefined, object, boolean]>([
    ['that is the same', '9.2.2', '9.2.2', {}, true],
    ['that is a little older', '9.2.10', '9.2.2', {}, true],
    ['that is newer', '8.4.14', '9.2.2', {}, true],
    ['that is newer in two digits', '8.9.1', '8.10.0', {}, true],
    ['that is older', '9.2.2', '8.4.14', {}, false],
    ['that is older by a minor', '9.2.2', '9.1.11', {}, false],
    ['that is not known', '9.2.2', undefined, {}, true],
    ['that is older, for a guest that is off', '9.2.2', '8.4.14', { status: 'stopped' }, true],
  ])('%s', (_, from, to, more, goes) => {
    const at = (version: string | undefined) => (version === undefined ? {} : { version });
    const reason = `b has Proxmox VE ${to}, a the newer ${from}, and a running VM only goes up`;
    expect(said('kvm64', at(from), at(to), more)).toBe(goes ? null : reason);
  });
});
