"""The Lua scripts of `shared.connections`: one atomic step each."""

from __future__ import annotations

from typing import Final

from shared.scripts import COMMON

_VOID: Final = """
local function is_void(void_at, now)
  return void_at and tonumber(void_at) <= tonumber(now)
end
"""

OPEN: Final = """
-- KEYS connection, connections of the session, session, tasks, connection tasks, those in line
-- ARGV now, connection id, session id, head, ttl of any connection, ttl of this one, voidAt ('' for
--      never), connectionsMax, connectionPrefix, requestsPrefix, taskConnectionsPrefix, bus request
local new = redis.call('SISMEMBER', KEYS[2], ARGV[2]) == 0
if new and redis.call('SCARD', KEYS[2]) >= tonumber(ARGV[8]) then
  for _, id in ipairs(redis.call('SMEMBERS', KEYS[2])) do
    if redis.call('EXISTS', ARGV[9] .. id) == 0 then redis.call('SREM', KEYS[2], id) end
  end
  if redis.call('SCARD', KEYS[2]) >= tonumber(ARGV[8]) then return 0 end
end
redis.call('HSET', KEYS[1], 'session', ARGV[3], 'head', ARGV[4], 'lastActive', ARGV[1])
if ARGV[7] ~= '' then redis.call('HSET', KEYS[1], 'voidAt', ARGV[7]) end
redis.call('EXPIRE', KEYS[1], ARGV[6])
redis.call('SADD', KEYS[2], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[5])
local task = redis.call('HGET', KEYS[3], 'task')
local alive = task and redis.call('ZSCORE', KEYS[4], task)
if alive and tonumber(alive) > tonumber(ARGV[1]) then
  redis.call('SADD', KEYS[5], task)
  redis.call('SADD', ARGV[11] .. task, ARGV[2])
  redis.call('LPUSH', ARGV[10] .. task, ARGV[12])
else
  redis.call('SADD', KEYS[6], ARGV[2])
end
return 1
"""

SEND: Final = (
    COMMON
    + _VOID
    + """
-- KEYS connection, tasks, connection tasks
-- ARGV now, connection id, request id, request up to the head, request after it, pending ('' for
--      none), queuedMax, sessionPrefix, requestsPrefix, taskConnectionsPrefix, pendingPrefix,
--      liveStatus...
local connection = redis.call('HMGET', KEYS[1], 'session', 'head', 'voidAt')
if not connection[1] then return {'unknown'} end
if is_void(connection[3], ARGV[1]) then return {'void'} end
redis.call('HSET', KEYS[1], 'lastActive', ARGV[1])
local session = redis.call('HMGET', ARGV[8] .. connection[1], 'status', 'task', 'endReason')
local live = false
for i = 12, #ARGV do live = live or session[1] == ARGV[i] end
if not live then return {'ended', session[1] or '', session[3] or ''} end
local task = session[2]
if not task or task == '' then return {'waiting'} end
local alive = redis.call('ZSCORE', KEYS[2], task)
if not alive then return {'lost'} end
if tonumber(alive) <= tonumber(ARGV[1]) then
  return {in_doubt(ARGV[1]) and 'waiting' or 'lost'}
end
local requests = ARGV[9] .. task
if redis.call('LLEN', requests) >= tonumber(ARGV[7]) then return {'busy'} end
redis.call('SADD', KEYS[3], task)
redis.call('SADD', ARGV[10] .. task, ARGV[2])
if ARGV[6] ~= '' then redis.call('HSET', ARGV[11] .. task, ARGV[3], ARGV[6]) end
redis.call('LPUSH', requests, ARGV[4] .. connection[2] .. ARGV[5])
return {'sent'}
"""
)

TOUCH: Final = (
    _VOID
    + """
-- KEYS connection; ARGV now
local connection = redis.call('HMGET', KEYS[1], 'session', 'voidAt')
if not connection[1] then return 'unknown' end
if is_void(connection[2], ARGV[1]) then return 'void' end
redis.call('HSET', KEYS[1], 'lastActive', ARGV[1])
return 'sent'
"""
)

LEAVE: Final = """
-- KEYS connection, tasks
-- ARGV now, connection id, bus request, sessionPrefix, connectionsPrefix, requestsPrefix,
--      taskConnectionsPrefix
local session = redis.call('HGET', KEYS[1], 'session')
if not session then return 0 end
redis.call('DEL', KEYS[1])
redis.call('SREM', ARGV[5] .. session, ARGV[2])
local task = redis.call('HGET', ARGV[4] .. session, 'task')
if not task then return 1 end
redis.call('SREM', ARGV[7] .. task, ARGV[2])
local alive = redis.call('ZSCORE', KEYS[2], task)
if alive and tonumber(alive) > tonumber(ARGV[1]) then
  redis.call('LPUSH', ARGV[6] .. task, ARGV[3])
end
return 1
"""

TAKE_ORPHANS: Final = (
    COMMON
    + _VOID
    + """
-- KEYS connection tasks, tasks, connections in line
-- ARGV now, pendingPrefix, taskConnectionsPrefix, connectionPrefix, connectionsPrefix,
--      sessionPrefix, liveStatus...
local orphans = {}
for _, id in ipairs(redis.call('SMEMBERS', KEYS[3])) do
  local connection = redis.call('HMGET', ARGV[4] .. id, 'session', 'head', 'voidAt')
  local key = ARGV[6] .. (connection[1] or '')
  local status, task, reason = unpack(redis.call('HMGET', key, 'status', 'task', 'endReason'))
  local live = false
  for i = 7, #ARGV do live = live or status == ARGV[i] end
  if not connection[1] then
    redis.call('SREM', KEYS[3], id)
  elseif task and task ~= '' then
    redis.call('SREM', KEYS[3], id)
    redis.call('SADD', KEYS[1], task)
    redis.call('SADD', ARGV[3] .. task, id)
  elseif not live or is_void(connection[3], ARGV[1]) then
    redis.call('SREM', KEYS[3], id)
    redis.call('DEL', ARGV[4] .. id)
    redis.call('SREM', ARGV[5] .. connection[1], id)
    table.insert(orphans, {{connection[2]}, {}, live and 'void' or reason or ''})
  end
end
for _, task in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local alive = redis.call('ZSCORE', KEYS[2], task)
  if not alive or (tonumber(alive) <= tonumber(ARGV[1]) and not in_doubt(ARGV[1])) then
    local heads = {}
    for _, id in ipairs(redis.call('SMEMBERS', ARGV[3] .. task)) do
      local connection = redis.call('HMGET', ARGV[4] .. id, 'session', 'head')
      if connection[1] then
        table.insert(heads, connection[2])
        redis.call('DEL', ARGV[4] .. id)
        redis.call('SREM', ARGV[5] .. connection[1], id)
      end
    end
    table.insert(orphans, {heads, redis.call('HVALS', ARGV[2] .. task), ''})
    redis.call('DEL', ARGV[2] .. task, ARGV[3] .. task)
    redis.call('SREM', KEYS[1], task)
  end
end
return orphans
"""
)
