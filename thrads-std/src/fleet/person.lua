-- What a person was shown by all replicas, on this server's clock, in milliseconds. Saying anything twice changes nothing.
--
-- KEYS[1]  hash of the person: `hour` and `day`, ads that were seen, with `hour_end`, `day_end` and `gap_end`; and of each
--          ad `p:<ad>`, until when it keeps its place, or `s:<ad>`, until when it is known to be counted
-- ARGV     `ask`, `seen` or `drop`; the ad; how long ago it was seen; how long a place is kept; the gap; caps an hour and a day
-- returns  to `ask`: what holds it (1 day, 2 hour, 3 gap, 0 nothing) and for how long, then ads of the hour, what is left of
--          it, ads of the day, what is left of it, and what is left of the gap
local key, what, place, counted = KEYS[1], ARGV[1], 'p:' .. ARGV[2], 's:' .. ARGV[2]
if what == 'drop' then return redis.call('HDEL', key, place) end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local age, keep, gap = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local most_hour, most_day = tonumber(ARGV[6]), tonumber(ARGV[7])

local of, places, soonest = {}, 0, nil
local all = redis.call('HGETALL', key)
for at = 1, #all, 2 do
  local name, value = all[at], tonumber(all[at + 1])
  local kind = string.sub(name, 1, 2)
  if (kind == 'p:' or kind == 's:') and value <= now then
    redis.call('HDEL', key, name)
  else
    of[name] = value
    if kind == 'p:' and name ~= place then
      places, soonest = places + 1, math.min(soonest or value, value)
    end
  end
end

local function set(name, value)
  of[name] = value
  redis.call('HSET', key, name, string.format('%.0f', value))
end
local function left(name) return math.max((of[name .. '_end'] or 0) - now, 0) end
local function count(name) return left(name) > 0 and of[name] or 0 end
local function add(name, length)
  local ads = count(name)
  if ads == 0 then set(name .. '_end', now - age + length) end
  set(name, ads + 1)
end

local hold, wait = 0, 0
if what == 'seen' then
  redis.call('HDEL', key, place)
  of[place] = nil
  if not of[counted] then
    add('hour', 3600000)
    add('day', 86400000)
    set('gap_end', math.max(of['gap_end'] or 0, now - age + gap))
    set(counted, now + 3600000)
  end
else
  if most_day > 0 and count('day') + places >= most_day then
    hold, wait = 1, left('day')
  elseif most_hour > 0 and count('hour') + places >= most_hour then
    hold, wait = 2, left('hour')
  elseif left('gap') > 0 or gap > 0 and places > 0 then
    hold, wait = 3, left('gap')
  else
    set(place, now + keep)
  end
  if hold > 0 and wait == 0 then wait = soonest - now end
end

local last = now + 1
for name, value in pairs(of) do
  if string.find(name, '_end', 1, true) or string.find(name, ':', 1, true) then last = math.max(last, value) end
end
redis.call('PEXPIREAT', key, string.format('%.0f', last))
return {hold, wait, count('hour'), left('hour'), count('day'), left('day'), left('gap')}
