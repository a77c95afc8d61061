/**
 * Removes all keys of one cluster in one step, so that nobody who notices builds upon what is still to be removed.
 *
 * KEYS: one with the cluster's hash tag. ARGV: pattern of the others.
 */
export const forgetScript = `
local names = redis.call('KEYS', ARGV[1])
for first = 1, #names, 1000 do
  redis.call('UNLINK', unpack(names, first, math.min(first + 999, #names)))
end
return #names
`;
