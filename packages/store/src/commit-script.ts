/**
 * All or nothing: where the version is the expected one, writes, outbox, positions and receipts together. Every key belongs to one
 * cluster's hash tag, so that it also runs on a Redis Cluster.
 *
 * KEYS: head, outbox, positions, the receipts, then one a record written.
 * ARGV: expected version, id of the commit, receipts' life in ms, number of receipts, number of positions, number of messages; then for each
 * position its stream and sequence, the messages, and for each write: index of its record, part, '1' to set or '0' to delete, value.
 */
export const commitScript = `
local known = redis.call('HMGET', KEYS[1], 'version', 'epoch')
local epoch = known[2] or ''
if (known[1] or '0') .. '/' .. epoch ~= ARGV[1] then return false end
if epoch == '' then
  epoch = ARGV[2]
  redis.call('HSET', KEYS[1], 'epoch', epoch)
end
local receipts = tonumber(ARGV[4])
local at = 6
for _ = 1, tonumber(ARGV[5]) do
  redis.call('HSET', KEYS[3], ARGV[at + 1], ARGV[at + 2])
  at = at + 2
end
for _ = 1, tonumber(ARGV[6]) do
  at = at + 1
  redis.call('HSET', KEYS[2], redis.call('HINCRBY', KEYS[1], 'parked', 1) .. '/' .. ARGV[2], ARGV[at])
end
for i = at + 1, #ARGV, 4 do
  local record = KEYS[3 + receipts + tonumber(ARGV[i])]
  if ARGV[i + 2] == '1' then redis.call('HSET', record, ARGV[i + 1], ARGV[i + 3])
  else redis.call('HDEL', record, ARGV[i + 1]) end
end
for i = 1, receipts do redis.call('SET', KEYS[3 + i], '1', 'PX', ARGV[3]) end
return redis.call('HINCRBY', KEYS[1], 'version', 1) .. '/' .. epoch
`;
