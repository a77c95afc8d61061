import { nameSome } from '@evenkeel/contracts';
import type { About, Finding } from './finding.ts';
import {
  excessOf,
  extraPrivileges,
  missingAt,
  type Need,
  needsOf,
  type Permissions,
  type Places,
  type Wants,
} from './rights.ts';

export type Right = 'read' | 'write';

/** A token, which right it is for, and what the configuration asks of it. */
export type Holder = { right: Right; id: string; wants?: Wants };

const roles = { read: 'EvenkeelRead', write: 'EvenkeelWrite' };
const looks = 'Sys.Audit VM.Audit Datastore.Audit Pool.Audit SDN.Audit';
const privileges = { read: looks, write: `${looks} VM.Migrate` };

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const listed = (words: readonly string[], most = 4): string => nameSome(words, most);

/** Commands that give a token (and its user: both are asked) the role of its right on a path. */
export function grantCommands(right: Right, id: string, path: string, wants: Wants = {}): string {
  const role = roles[right];
  const extra = right === 'write' ? extraPrivileges(wants) : wants.mappings ? ['Mapping.Audit'] : [];
  const all = [privileges[right], ...extra].join(' ');
  const user = id.slice(0, id.indexOf('!'));
  return [
    `pveum role add ${role} -privs "${all}" || pveum role modify ${role} -privs "${all}"`,
    `pveum aclmod ${path} -user ${quoted(user)} -role ${role}`,
    `pveum aclmod ${path} -token ${quoted(id)} -role ${role}`,
  ].join('; ');
}

/** Commands that let the writing token stop tasks on nodes, by a role of its own: what is granted at a path replaces what comes from above. */
function stopCommands(id: string): string {
  const role = 'EvenkeelStop';
  const both = `${roles.write},${role}`;
  const user = id.slice(0, id.indexOf('!'));
  return [
    `pveum role add ${role} -privs "Sys.Modify"`,
    `pveum aclmod /nodes -user ${quoted(user)} -role ${both}`,
    `pveum aclmod /nodes -token ${quoted(id)} -role ${both}`,
  ].join('; ');
}

/** Each right that a token needs, by path and privilege, and what it may do that it need not. */
export function judgeRights(
  about: About,
  { right, id, wants = {} }: Holder,
  held: Permissions,
  places: Places,
): Finding[] {
  const missing = needsOf(right, places, wants).flatMap((need) => judgeNeed(about, { right, id, wants }, need, held));
  const fine = about.ok(`rights of the ${right} token`, `${id} may do all that it must`);
  return [...(missing.length > 0 ? missing : [fine]), ...judgeExcess(about, { right, id, wants }, held)];
}

function judgeNeed(about: About, token: Holder, need: Need, held: Permissions): Finding[] {
  const lacking = missingAt(held, need);
  if (lacking.length === 0) return [];
  const { right, id, wants } = token;
  const all = lacking.length === need.paths.length;
  const where = all ? need.top : listed(lacking);
  const check = `right ${need.privilege} of the ${right} token`;
  const found = `${id} lacks ${need.privilege} on ${where}, needed for ${need.for}`;
  if (need.privilege === 'Sys.Modify') return [about.warning(check, found, stopCommands(id))];
  const advice = grantCommands(right, id, lacking.length === 1 && !all ? (lacking[0] ?? need.top) : need.top, wants);
  if (need.optional) return [about.warning(check, found, advice)];
  if (need.privilege === 'VM.Migrate' && !all)
    return [about.warning(check, `${found}: these guests stay where they are`, `where they should not: ${advice}`)];
  return [about.problem(check, found, advice)];
}

function judgeExcess(about: About, { right, id, wants = {} }: Holder, held: Permissions): Finding[] {
  const excess = excessOf(held, right, wants);
  if (excess.length === 0) return [];
  const check = `more rights of the ${right} token`;
  const found = `${id} ${right === 'read' ? 'can write' : 'may do more than look and migrate'}: ${listed(excess)}`;
  const advice = `give it ${roles[right]} only: pveum user token modify ${quoted(id.slice(0, id.indexOf('!')))} ${quoted(id.slice(id.indexOf('!') + 1))} --privsep 1; ${grantCommands(right, id, '/', wants)}`;
  return [about.warning(check, found, advice)];
}
