-- Takes back send times that a replica leased and will not use, if nobody has leased behind them.
--
-- KEYS[1]  hash of the key
-- ARGV     where the replica's lease ended, and where it begins to be unused
if redis.call('HGET', KEYS[1], 'next') == ARGV[1] then
  redis.call('HSET', KEYS[1], 'next', ARGV[2])
  return 1
end
return 0
