/**
 * All or nothing: where the version is the expected one, writes, outbox, position and receipt together. Every key belongs to one
 * cluster's hash tag, so that it also runs on a Redis Cluster.
 *
 * KEYS: head, outbox, positions, receipt, then one a record written.
 * ARGV: expected version, receipt's life in ms, stream of the position or '', its sequence, number of messages, the messages, then for
 * each write: index of its record, part, '1' to set or '0' to delete, value.
 */
export const commitScript = `
local version = tonumber(redis.call('HGET', KEYS[1], 'version') or '0')
if version ~= tonumber(ARGV[1]) then return false end
local at = 5 + tonumber(ARGV[5])
for i = 6, at do
  redis.call('HSET', KEYS[2], redis.call('HINCRBY', KEYS[1], 'parked', 1), ARGV[i])
end
for i = at + 1, #ARGV, 4 do
  local record = KEYS[4 + tonumber(ARGV[i])]
  if ARGV[i + 2] == '1' then redis.call('HSET', record, ARGV[i + 1], ARGV[i + 3])
  else redis.call('HDEL', record, ARGV[i + 1]) end
end
if ARGV[3] ~= '' then redis.call('HSET', KEYS[3], ARGV[3], ARGV[4]) end
redis.call('SET', KEYS[4], '1', 'PX', ARGV[2])
return redis.call('HINCRBY', KEYS[1], 'version', 1)
`;
