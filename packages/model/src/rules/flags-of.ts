/** Flags as Linux names them in /proc/cpuinfo, by the CPU type of Proxmox that needs them beyond those of the type it builds on. */
type CpuType = { on?: string; flags: string };

const avx512 = 'avx512f avx512bw avx512cd avx512dq avx512vl';
const tsx = 'hle rtm';

const types: Record<string, CpuType> = {
  'x86-64-v2': { flags: 'popcnt pni sse4_1 sse4_2 ssse3' },
  'x86-64-v2-AES': { on: 'x86-64-v2', flags: 'aes' },
  'x86-64-v3': { on: 'x86-64-v2-AES', flags: 'abm avx avx2 bmi1 bmi2 f16c fma movbe xsave' },
  'x86-64-v4': { on: 'x86-64-v3', flags: avx512 },
  Conroe: { flags: 'pni ssse3' },
  Penryn: { on: 'Conroe', flags: 'sse4_1 cx16' },
  Nehalem: { on: 'Penryn', flags: 'sse4_2 popcnt' },
  Westmere: { on: 'Nehalem', flags: 'aes pclmulqdq' },
  SandyBridge: { on: 'Westmere', flags: 'avx xsave rdtscp' },
  IvyBridge: { on: 'SandyBridge', flags: 'f16c rdrand fsgsbase smep erms' },
  'Haswell-noTSX': { on: 'IvyBridge', flags: 'avx2 bmi1 bmi2 fma movbe abm invpcid' },
  Haswell: { on: 'Haswell-noTSX', flags: tsx },
  'Broadwell-noTSX': { on: 'Haswell-noTSX', flags: 'adx rdseed smap 3dnowprefetch' },
  Broadwell: { on: 'Broadwell-noTSX', flags: tsx },
  'Skylake-Client-noTSX': { on: 'Broadwell-noTSX', flags: 'xsavec xgetbv1' },
  'Skylake-Client': { on: 'Skylake-Client-noTSX', flags: tsx },
  'Skylake-Server-noTSX': { on: 'Skylake-Client-noTSX', flags: `${avx512} clwb` },
  'Skylake-Server': { on: 'Skylake-Server-noTSX', flags: tsx },
  'Cascadelake-Server-noTSX': { on: 'Skylake-Server-noTSX', flags: 'avx512_vnni' },
  'Cascadelake-Server': { on: 'Cascadelake-Server-noTSX', flags: tsx },
  Cooperlake: { on: 'Cascadelake-Server', flags: 'avx512_bf16' },
  'Icelake-Server-noTSX': {
    on: 'Cascadelake-Server-noTSX',
    flags: 'avx512vbmi avx512_vbmi2 avx512_bitalg avx512_vpopcntdq gfni vaes vpclmulqdq la57 umip wbnoinvd',
  },
  'Icelake-Server': { on: 'Icelake-Server-noTSX', flags: tsx },
  'Icelake-Server-v4': { on: 'Icelake-Server-noTSX', flags: 'avx512ifma fsrm rdpid sha_ni' },
  'Icelake-Server-v7': { on: 'Icelake-Server-v4', flags: tsx },
  SapphireRapids: {
    on: 'Icelake-Server-v7',
    flags: 'avx_vnni avx512_bf16 avx512_fp16 amx_tile amx_int8 amx_bf16 serialize',
  },
  GraniteRapids: { on: 'SapphireRapids', flags: 'amx_fp16' },
  SierraForest: { on: 'Broadwell-noTSX', flags: 'avx_vnni avx_ifma gfni vaes vpclmulqdq sha_ni serialize' },
  Opteron_G1: { flags: 'pni' },
  Opteron_G2: { on: 'Opteron_G1', flags: 'cx16' },
  Opteron_G3: { on: 'Opteron_G2', flags: 'popcnt abm sse4a misalignsse' },
  Opteron_G4: { on: 'Opteron_G3', flags: 'aes avx sse4_1 sse4_2 ssse3 pclmulqdq xsave xop fma4' },
  Opteron_G5: { on: 'Opteron_G4', flags: 'f16c fma' },
  EPYC: {
    flags:
      'abm adx aes avx avx2 bmi1 bmi2 clflushopt cx16 f16c fma fsgsbase misalignsse movbe pclmulqdq pni popcnt rdrand rdseed sha_ni smap smep sse4_1 sse4_2 sse4a ssse3 xsave xsavec',
  },
  'EPYC-Rome': { on: 'EPYC', flags: 'clwb rdpid umip wbnoinvd' },
  'EPYC-Milan': { on: 'EPYC-Rome', flags: 'erms fsrm invpcid pku vaes vpclmulqdq' },
  'EPYC-Genoa': {
    on: 'EPYC-Milan',
    flags: `${avx512} avx512_bf16 avx512_bitalg avx512_vbmi2 avx512_vnni avx512_vpopcntdq avx512ifma avx512vbmi gfni la57`,
  },
  'EPYC-Turin': { on: 'EPYC-Genoa', flags: 'avx_vnni movdir64b movdiri avx512_vp2intersect' },
};

/** What QEMU's versions -v1, -v2, … of a type take of the processor, where they differ; a later one is as the last. */
const versions: Record<string, readonly string[]> = {
  Haswell: ['Haswell', 'Haswell-noTSX', 'Haswell', 'Haswell-noTSX'],
  Broadwell: ['Broadwell', 'Broadwell-noTSX', 'Broadwell', 'Broadwell-noTSX'],
  'Skylake-Client': ['Skylake-Client', 'Skylake-Client', 'Skylake-Client-noTSX'],
  'Skylake-Server': ['Skylake-Server', 'Skylake-Server', 'Skylake-Server-noTSX'],
  'Cascadelake-Server': ['Cascadelake-Server', 'Cascadelake-Server', 'Cascadelake-Server-noTSX'],
  'Icelake-Server': [
    'Icelake-Server',
    'Icelake-Server-noTSX',
    'Icelake-Server-noTSX',
    'Icelake-Server-v4',
    'Icelake-Server-v4',
    'Icelake-Server-v4',
    'Icelake-Server-v7',
  ],
};

/** Types that every 64-bit processor runs. */
const everywhere = /^(kvm64|qemu64|kvm32|qemu32|pentium[23]?|486|coreduo|core2duo|athlon|phenom)$/;
/** What follows the name of a generation and takes nothing more of the processor than microcode. */
const revision = /-(v\d+|IBRS|IBPB)$/;

function baseOf(name: string): string | undefined {
  if (Object.hasOwn(types, name)) return name;
  const [, family = '', version] = /^(.+)-v(\d+)$/.exec(name) ?? [];
  if (Object.hasOwn(versions, family))
    return versions[family]!.at(Math.min(Number(version), versions[family]!.length) - 1);
  const base = name.replace(revision, '');
  return base === name ? undefined : baseOf(base);
}

function collect(name: string): string[] {
  const { on, flags } = types[name]!;
  return [...(on ? collect(on) : []), ...flags.split(' ')];
}

/**
 * The flags that a CPU type needs; undefined where that is not known: `host` and `max`, which take all that there is, custom models,
 * and names of a later Proxmox. A type that every processor runs needs none.
 */
export function flagsOf(cpu_type: string): readonly string[] | undefined {
  if (everywhere.test(cpu_type)) return [];
  const base = baseOf(cpu_type);
  return base === undefined ? undefined : [...new Set(collect(base))].sort();
}

/** Every flag that some CPU type needs. */
export const decidingFlags: ReadonlySet<string> = new Set(Object.keys(types).flatMap(collect));
