"""The Lua scripts of `shared.store` and `shared.bus`: one atomic step each, arguments first."""

from __future__ import annotations

from typing import Final

PLACE: Final = """
-- KEYS tasks, session, owner, idempotency ('' for none)
-- ARGV now, id, spec, createdAt, leaseDeadline, sessionExpiresAt, ownerTtl, bodyDigest,
--      idempotencyTtl, taskPrefix, leasesPrefix
local now = tonumber(ARGV[1])
if KEYS[4] ~= '' then
  local seen = redis.call('HMGET', KEYS[4], 'session', 'digest')
  if seen[1] then return {'replayed', seen[1], seen[2]} end
end
local best, best_used = false, -1
for _, task in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[1], '+inf')) do
  local offer = redis.call('HMGET', ARGV[10] .. task, 'capacity', 'draining')
  if offer[1] and offer[2] ~= '1' then
    local used = redis.call('ZCOUNT', ARGV[11] .. task, '(' .. ARGV[1], '+inf')
    if used < tonumber(offer[1]) and used > best_used then best, best_used = task, used end
  end
end
if not best then return {'full'} end
redis.call('HSET', KEYS[2], 'spec', ARGV[3], 'status', 'initializing', 'task', best)
redis.call('EXPIREAT', KEYS[2], ARGV[6])
redis.call('ZADD', ARGV[11] .. best, ARGV[5], ARGV[2])
redis.call('ZADD', KEYS[3], ARGV[4], ARGV[2])
redis.call('EXPIRE', KEYS[3], ARGV[7])
if KEYS[4] ~= '' then
  redis.call('HSET', KEYS[4], 'session', ARGV[2], 'digest', ARGV[8])
  redis.call('EXPIRE', KEYS[4], ARGV[9])
end
return {'placed', best}
"""

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

FINISH: Final = """
-- KEYS session; ARGV now, id, target, reason, retention, releaseSlot, leasesPrefix, source...
local fields = redis.call('HMGET', KEYS[1], 'status', 'task')
if not fields[1] then return 0 end
local ended = 0
for i = 8, #ARGV do
  if fields[1] == ARGV[i] then
    redis.call('HSET', KEYS[1], 'status', ARGV[3], 'endedAt', ARGV[1], 'endReason', ARGV[4])
    redis.call('EXPIRE', KEYS[1], ARGV[5])
    ended = 1
  end
end
if ARGV[6] == '1' then redis.call('ZREM', ARGV[7] .. fields[2], ARGV[2]) end
return ended
"""

REAP: Final = """
-- KEYS tasks; ARGV now, status, reason, retention, taskPrefix, leasesPrefix, requestsPrefix,
--      sessionPrefix, liveStatus...
local failed = {}
for _, task in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])) do
  for _, id in ipairs(redis.call('ZRANGE', ARGV[6] .. task, 0, -1)) do
    local session = ARGV[8] .. id
    local status = redis.call('HGET', session, 'status')
    for i = 9, #ARGV do
      if status == ARGV[i] then
        redis.call('HSET', session, 'status', ARGV[2], 'endedAt', ARGV[1], 'endReason', ARGV[3])
        redis.call('EXPIRE', session, ARGV[4])
        table.insert(failed, id)
      end
    end
  end
  redis.call('DEL', ARGV[5] .. task, ARGV[6] .. task, ARGV[7] .. task)
  redis.call('ZREM', KEYS[1], task)
end
return failed
"""

CLAIM: Final = """
-- KEYS session, leases; ARGV id, spec, status, task, startedAt, leaseDeadline, sessionExpiresAt,
--      ownerKey, createdAt, ownerTtl, liveStatus...
local status = redis.call('HGET', KEYS[1], 'status')
if not status then
  redis.call('HSET', KEYS[1], 'spec', ARGV[2], 'status', ARGV[3], 'task', ARGV[4],
             'startedAt', ARGV[5])
  redis.call('EXPIREAT', KEYS[1], ARGV[7])
  redis.call('ZADD', ARGV[8], ARGV[9], ARGV[1])
  redis.call('EXPIRE', ARGV[8], ARGV[10])
  status = ARGV[3]
end
for i = 11, #ARGV do
  if status == ARGV[i] then
    redis.call('ZADD', KEYS[2], ARGV[6], ARGV[1])
    return 1
  end
end
return 0
"""

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
