"""The Lua scripts of `shared.store` and `shared.bus`: one atomic step each, arguments first.

`wc:room` says which tasks have a free slot, by how many slots they use, so that placing need not
look at every task. It is never counted up and down: each script that touches a task's leases has
its entry derived from them again (`refresh`), each heartbeat does so too, and placing checks an
entry against the leases before it relies on it. A slot whose lease has lapsed, which no script
sees happen, is therefore missing from it until the next heartbeat, and no longer.

Tasks on trial (`shared.canary`) have a room of their own, whose share of sessions is drawn by the
session's id; sessions it has no slot for go to the others.

So do superseded tasks: those of another version than the current one, which is the version of the
service's newest live task (`records.Task.leads`; `wc:newest` has them by their start). They get a
session, placed or from the line, only when no task of the current version has a free slot. Which
version is current is derived whenever it matters and stored nowhere: when the tasks of a new
version go, those of the old one are current again from the next session on.

A task whose heartbeat has lapsed is dead, unless all have lapsed: then it may be Redis that was
away, for a failover say, and whoever came first afterwards would bury all the others with their
sessions. So the first to see such a silence notes how long they have to beat again (`in_doubt`).
"""

from __future__ import annotations

from typing import Final

from shared import keys
from shared.limits import ENDED_SESSION_RETENTION_SECONDS, HEARTBEAT_TTL_SECONDS_DEFAULT

COMMON: Final = (
    f"local TASKS, ROOM, WAITING, STARTS = '{keys.TASKS}', '{keys.ROOM}', '{keys.WAITING}', "
    f"'{keys.STARTS}'\n"
    f"local OLD_ROOM, NEWEST, DOUBT = '{keys.OLD_ROOM}', '{keys.NEWEST}', '{keys.DOUBT}'\n"
    f"local GRACE, KEPT = {HEARTBEAT_TTL_SECONDS_DEFAULT}, {ENDED_SESSION_RETENTION_SECONDS}\n"
    f"local CANARY, CANARY_ROOM = '{keys.CANARY}', '{keys.CANARY_ROOM_PREFIX}'\n"
    f"local TASK, LEASES, SESSION = '{keys.TASK_PREFIX}', '{keys.LEASES_PREFIX}', "
    f"'{keys.SESSION_PREFIX}'\n"
    """
-- Whether a task's heartbeat has not lapsed.
local function lives(task, now)
  local deadline = redis.call('ZSCORE', TASKS, task)
  return deadline and tonumber(deadline) > tonumber(now)
end

-- Whether no task is to be taken for dead just now: all have fallen silent, or had until lately.
local function in_doubt(now)
  local ends = tonumber(redis.call('GET', DOUBT) or 0)
  if tonumber(now) < ends then return true end
  local newest = tonumber(redis.call('ZREVRANGE', TASKS, 0, 0, 'WITHSCORES')[2] or 0)
  if newest > tonumber(now) or newest == 0 or ends > newest then return false end
  redis.call('SET', DOUBT, now + GRACE, 'EX', KEPT)
  return true
end

-- The version that new sessions are to go to; false when no live task says one.
local function current_version(now)
  local rank = 0
  while true do
    local task = redis.call('ZREVRANGE', NEWEST, rank, rank)[1]
    if not task then return false end
    if lives(task, now) then return redis.call('HGET', TASK .. task, 'version') end
    rank = rank + 1
  end
end

-- Where a task offers its slots.
local function room_of(canary, version, now)
  if canary and canary ~= '' then return CANARY_ROOM .. canary end
  local current = current_version(now)
  if current and current ~= version then return OLD_ROOM end
  return ROOM
end

-- Derive a task's entry in its room from its leases; how many slots are in use, how many are free
-- (none when it drains or is not known), and the room.
local function refresh(task, now)
  local offer = redis.call('HMGET', TASK .. task, 'capacity', 'draining', 'canary', 'version')
  local used, free, room = 0, 0, room_of(offer[3], offer[4], now)
  if offer[1] and offer[2] ~= '1' then
    used = redis.call('ZCOUNT', LEASES .. task, '(' .. now, '+inf')
    free = tonumber(offer[1]) - used
  end
  if room == ROOM then redis.call('ZREM', OLD_ROOM, task) else redis.call('ZREM', ROOM, task) end
  if free > 0 then redis.call('ZADD', room, used, task) else redis.call('ZREM', room, task) end
  return used, free, room
end

-- The fullest task with a free slot in a room. Entries that turn out to belong to another room go
-- there.
local function fullest(room, now)
  while true do
    local top = redis.call('ZREVRANGE', room, 0, 0, 'WITHSCORES')
    local task = top[1]
    if not task then return false end
    if lives(task, now) then
      local used, free, its_room = refresh(task, now)
      if its_room ~= room then
        redis.call('ZREM', room, task)
      elseif free > 0 and used >= tonumber(top[2]) then
        return task
      end
    else
      redis.call('ZREM', room, task)
    end
  end
end

-- The fullest task of the current version with a free slot. There may seem to be none because the
-- newer tasks have gone, so look whether those that they had superseded are current again.
local function fullest_current(now)
  local task = fullest(ROOM, now)
  if task then return task end
  local current = current_version(now)
  for _, old in ipairs(redis.call('ZRANGE', OLD_ROOM, 0, -1)) do
    if not current or redis.call('HGET', TASK .. old, 'version') == current then
      refresh(old, now)
    end
  end
  return fullest(ROOM, now)
end

-- End a session whose status allows it; words are the statuses that do.
local function finish(id, now, status, reason, detail, retention, words, from)
  local key = SESSION .. id
  local was = redis.call('HGET', key, 'status')
  for i = from, #words do
    if was == words[i] then
      redis.call('HSET', key, 'status', status, 'endedAt', now, 'endReason', reason)
      if detail ~= '' then redis.call('HSET', key, 'endDetail', detail) end
      redis.call('EXPIRE', key, retention)
      redis.call('ZREM', WAITING, id)
      return true
    end
  end
  return false
end
"""
)

PLACE: Final = (
    COMMON
    + """
-- KEYS session, owner, idempotency ('' for none)
-- ARGV now, id, spec, createdAt, leaseDeadline, sessionExpiresAt, ownerTtl, bodyDigest,
--      idempotencyTtl, waitDeadline ('' when nothing can be started), slotsPerTask, tasksMax
local now = ARGV[1]
if KEYS[3] ~= '' then
  local seen = redis.call('HMGET', KEYS[3], 'session', 'digest')
  if seen[1] then return {'replayed', seen[1], seen[2]} end
end

-- The canary's fullest task, if this session's id, which is random, falls into its share.
local function on_trial()
  local canary = redis.call('HMGET', CANARY, 'version', 'percent')
  local percent = tonumber(canary[2] or 0)
  if percent == 0 or (tonumber(string.sub(ARGV[2], 1, 8), 16) or 0) % 100 >= percent then
    return false
  end
  return fullest(CANARY_ROOM .. canary[1], now)
end


-- Nobody overtakes those who stand in line.
local may_wait, waiting, best = ARGV[10] ~= '', 0, false
if may_wait then waiting = redis.call('ZCARD', WAITING) end
if waiting == 0 then best = on_trial() or fullest_current(now) or fullest(OLD_ROOM, now) end
if not best then
  if not may_wait then return {'full'} end
  local live = redis.call('ZCOUNT', TASKS, '(' .. now, '+inf')
  if waiting >= (tonumber(ARGV[12]) - live) * tonumber(ARGV[11]) then return {'full'} end
end

redis.call('HSET', KEYS[1], 'spec', ARGV[3], 'status', 'initializing', 'task', best or '')
redis.call('EXPIREAT', KEYS[1], ARGV[6])
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[7])
if KEYS[3] ~= '' then
  redis.call('HSET', KEYS[3], 'session', ARGV[2], 'digest', ARGV[8])
  redis.call('EXPIRE', KEYS[3], ARGV[9])
end
if not best then
  redis.call('HSET', KEYS[1], 'waitDeadline', ARGV[10], 'leaseDeadline', ARGV[5])
  redis.call('ZADD', WAITING, ARGV[10], ARGV[2])
  return {'waiting'}
end
redis.call('ZADD', LEASES .. best, ARGV[5], ARGV[2])
refresh(best, now)
return {'placed', best}
"""
)

ACTIVATE: Final = """
-- KEYS session; ARGV now, target, source...
local status = redis.call('HGET', KEYS[1], 'status')
for i = 3, #ARGV do
  if status == ARGV[i] then
    redis.call('HSET', KEYS[1], 'status', ARGV[2], 'startedAt', ARGV[1])
    return 1
  end
end
return 0
"""

FINISH: Final = (
    COMMON
    + """
-- ARGV now, id, target, reason, detail, retention, which ('any' or 'waiting'), releaseSlot,
--      source...
local task = redis.call('HGET', SESSION .. ARGV[2], 'task')
if not task or (ARGV[7] == 'waiting' and task ~= '') then return 0 end
local ended = finish(ARGV[2], ARGV[1], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV, 9)
if ARGV[8] == '1' and task ~= '' then
  redis.call('ZREM', LEASES .. task, ARGV[2])
  refresh(task, ARGV[1])
end
return ended and 1 or 0
"""
)

RELEASE: Final = (
    COMMON
    + """
-- ARGV now, task, id
redis.call('ZREM', LEASES .. ARGV[2], ARGV[3])
refresh(ARGV[2], ARGV[1])
"""
)

BEAT: Final = (
    COMMON
    + """
-- KEYS task, requests; ARGV now, task, doc, capacity, draining, ttlMs, deadline, canary, version,
--      startedAt ('' when the task does not lead)
in_doubt(ARGV[1])  -- before this beat ends the silence
redis.call('HSET', KEYS[1], 'doc', ARGV[3], 'capacity', ARGV[4], 'draining', ARGV[5],
           'canary', ARGV[8], 'version', ARGV[9])
redis.call('PEXPIRE', KEYS[1], ARGV[6])
redis.call('PEXPIRE', KEYS[2], ARGV[6])
redis.call('ZADD', TASKS, ARGV[7], ARGV[2])
if ARGV[10] == '' then
  redis.call('ZREM', NEWEST, ARGV[2])
else
  redis.call('ZADD', NEWEST, ARGV[10], ARGV[2])
end
local _, _, room = refresh(ARGV[2], ARGV[1])
return room == OLD_ROOM and 1 or 0
"""
)

RETIRE: Final = (
    COMMON
    + """
-- ARGV now, task
if redis.call('ZCOUNT', LEASES .. ARGV[2], '(' .. ARGV[1], '+inf') > 0 then return 0 end
redis.call('HSET', TASK .. ARGV[2], 'draining', 1)
redis.call('ZREM', NEWEST, ARGV[2])
refresh(ARGV[2], ARGV[1])
return 1
"""
)

REAP: Final = (
    COMMON
    + """
-- ARGV now, status, reason, waitingStatus, waitingReason, retention, requestsPrefix, liveStatus...
local failed, silent = {}, {}
if not in_doubt(ARGV[1]) then silent = redis.call('ZRANGEBYSCORE', TASKS, '-inf', ARGV[1]) end
for _, task in ipairs(silent) do
  for _, id in ipairs(redis.call('ZRANGE', LEASES .. task, 0, -1)) do
    if finish(id, ARGV[1], ARGV[2], ARGV[3], '', ARGV[6], ARGV, 8) then
      table.insert(failed, id)
    end
  end
  local canary = redis.call('HGET', TASK .. task, 'canary')
  if canary then redis.call('ZREM', CANARY_ROOM .. canary, task) end
  for _, index in ipairs({ROOM, OLD_ROOM, NEWEST}) do redis.call('ZREM', index, task) end
  redis.call('DEL', TASK .. task, LEASES .. task, ARGV[7] .. task)
  redis.call('ZREM', TASKS, task)
end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', WAITING, '-inf', ARGV[1])) do
  if finish(id, ARGV[1], ARGV[4], ARGV[5], '', ARGV[6], ARGV, 8) then
    table.insert(failed, id)
  end
  redis.call('ZREM', WAITING, id)
end
return failed
"""
)

CLAIM: Final = (
    COMMON
    + """
-- KEYS session, leases; ARGV now, id, spec, status, task, startedAt, leaseDeadline,
--      sessionExpiresAt, ownerKey, createdAt, ownerTtl, liveStatus...
local status = redis.call('HGET', KEYS[1], 'status')
if not status then
  redis.call('HSET', KEYS[1], 'spec', ARGV[3], 'status', ARGV[4], 'task', ARGV[5],
             'startedAt', ARGV[6])
  redis.call('EXPIREAT', KEYS[1], ARGV[8])
  redis.call('ZADD', ARGV[9], ARGV[10], ARGV[2])
  redis.call('EXPIRE', ARGV[9], ARGV[11])
  status = ARGV[4]
end
for i = 12, #ARGV do
  if status == ARGV[i] then
    if redis.call('ZADD', KEYS[2], ARGV[7], ARGV[2]) == 1 then refresh(ARGV[5], ARGV[1]) end
    return 1
  end
end
return 0
"""
)

LOCATE: Final = (
    COMMON
    + """
-- ARGV now, id...
local found = {}
for i = 2, #ARGV do
  local fields = redis.call('HMGET', SESSION .. ARGV[i], 'status', 'task', 'endReason')
  local doc, deadline = false, false
  if fields[2] and fields[2] ~= '' then
    doc = redis.call('HGET', TASK .. fields[2], 'doc')
    deadline = redis.call('ZSCORE', TASKS, fields[2])
  end
  local alive = deadline and tonumber(deadline) > tonumber(ARGV[1])
  found[i - 1] = {fields[1], fields[2], fields[3], alive and doc}
end
return found
"""
)

REPLY: Final = """
-- KEYS reply, operation; ARGV reply, replyTtl, operationTtl
local ttl = ARGV[2]
if redis.call('EXISTS', KEYS[2]) == 1 then
  ttl = ARGV[3]
  redis.call('EXPIRE', KEYS[2], ttl)
end
redis.call('RPUSH', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], ttl)
"""
