-- Takes a sleeping chat away, for one who wakes it. The same one may ask again, where the answer was lost.
--
-- KEYS[1]  the chat: who took it, a colon, its snapshot
-- ARGV     who wakes it, and how long that is remembered, in milliseconds
-- returns  the snapshot, or nothing if none sleeps there or another has it
local held = redis.call('GET', KEYS[1])
if not held then return false end
local taker, snapshot = string.match(held, '^(%x*):(.*)$')
if not taker then taker, snapshot = '', held end
if taker ~= '' and taker ~= ARGV[1] then return false end
redis.call('SET', KEYS[1], ARGV[1] .. ':' .. snapshot, 'PX', ARGV[2])
return snapshot
