-- Leases send times of a key to a replica, on this server's clock, in microseconds.
--
-- KEYS[1]  hash of the key: `next`, the first send time that is free; `last`, when this was last called
-- ARGV     spacing, how many, grace, furthest lead, whether the caller was cut off, whether this server is new to it
-- returns  how far off the first is, how many there are, and where they end
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local spacing, count = tonumber(ARGV[1]), tonumber(ARGV[2])
local grace, lead = tonumber(ARGV[3]), tonumber(ARGV[4])
local held = redis.call('HMGET', KEYS[1], 'next', 'last')
local next, last = tonumber(held[1]), tonumber(held[2])

-- Leases that were lost with the memory of a server, and budgets that replicas kept without one, must have ended first.
-- A send time beyond any lead is of a clock that has gone back.
local is_lost = not next or not last or next > now + lead + 2 * grace
if is_lost then next = now end
local is_idle = is_lost or now - last > grace
if is_lost or ARGV[6] == '1' or (ARGV[5] == '1' and is_idle) then
  next = math.max(next, now + grace)
end

next = math.max(next, now)
local first = next - now
if first > lead then count = 0 end
local ends = string.format('%.0f', next + count * spacing)
redis.call('HSET', KEYS[1], 'next', ends, 'last', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], 86400000)
return {first, count, ends}
