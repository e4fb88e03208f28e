"""The Lua scripts of `shared.waiting`: one atomic step each, arguments first."""

from __future__ import annotations

from typing import Final

from shared.scripts import COMMON

TAKE: Final = (
    COMMON
    + """
-- ARGV now, task, most, startToken ('' for none)
local now, task = ARGV[1], ARGV[2]
if ARGV[4] ~= '' then redis.call('HDEL', STARTS, ARGV[4]) end
local _, free, room = refresh(task, now)
-- Those who stand in line are not drawn for the canary, and superseded tasks leave them to others.
if room ~= ROOM and (room ~= OLD_ROOM or fullest_current(now)) then free = 0 end
local most, taken = math.min(free, tonumber(ARGV[3])), {}
while #taken < most do
  local id = redis.call('ZRANGE', WAITING, 0, 0)[1]
  if not id then break end
  redis.call('ZREM', WAITING, id)
  local fields = redis.call('HMGET', SESSION .. id, 'status', 'task', 'spec', 'leaseDeadline')
  if fields[1] == 'initializing' and fields[2] == '' then
    redis.call('HSET', SESSION .. id, 'task', task, 'takenAt', now)
    redis.call('ZADD', LEASES .. task, fields[4], id)
    table.insert(taken, fields[3])
  end
end
if #taken > 0 then refresh(task, now) end
return taken
"""
)

PUT_BACK: Final = (
    COMMON
    + """
-- ARGV now, task, id
local key = SESSION .. ARGV[3]
local fields = redis.call('HMGET', key, 'status', 'task', 'waitDeadline')
if fields[1] ~= 'initializing' or fields[2] ~= ARGV[2] or not fields[3] then return 0 end
redis.call('HSET', key, 'task', '')
redis.call('ZREM', LEASES .. ARGV[2], ARGV[3])
redis.call('ZADD', WAITING, fields[3], ARGV[3])
refresh(ARGV[2], ARGV[1])
return 1
"""
)

PLAN: Final = (
    COMMON
    + """
-- ARGV now, slotsPerTask, tasksMax, retrySeconds, token...
local now = tonumber(ARGV[1])
local live = redis.call('ZCOUNT', TASKS, '(' .. ARGV[1], '+inf')
local run, starting = {}, 0
local starts = redis.call('HGETALL', STARTS)
for i = 1, #starts, 2 do
  local start = cjson.decode(starts[i + 1])
  starting = starting + 1
  if not start.taskArn and now - start.attemptedAt >= tonumber(ARGV[4]) then
    start.attemptedAt = now
    redis.call('HSET', STARTS, starts[i], cjson.encode(start))
    table.insert(run, starts[i])
  end
end
local need = math.ceil(redis.call('ZCARD', WAITING) / tonumber(ARGV[2])) - starting
local more = math.min(need, tonumber(ARGV[3]) - live - starting, #ARGV - 4)
for i = 5, 4 + more do
  local start = cjson.encode({decidedAt = now, attemptedAt = now})
  redis.call('HSET', STARTS, ARGV[i], start)
  table.insert(run, ARGV[i])
end
return run
"""
)

CONFIRM: Final = (
    COMMON
    + """
-- ARGV token, taskArn
local text = redis.call('HGET', STARTS, ARGV[1])
if not text then return 0 end
local start = cjson.decode(text)
start.taskArn = ARGV[2]
redis.call('HSET', STARTS, ARGV[1], cjson.encode(start))
return 1
"""
)

GIVE_UP: Final = (
    COMMON
    + """
-- ARGV now, token, slotsPerTask, status, reason, detail, retention, liveStatus...
if redis.call('HDEL', STARTS, ARGV[2]) == 0 then return {} end
local carried = redis.call('HLEN', STARTS) * tonumber(ARGV[3])
local excess = redis.call('ZCARD', WAITING) - carried
local failed = {}
if excess > 0 and ARGV[5] ~= '' then
  for _, id in ipairs(redis.call('ZREVRANGE', WAITING, 0, excess - 1)) do
    if finish(id, ARGV[1], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV, 8) then
      table.insert(failed, id)
    end
  end
end
return failed
"""
)
