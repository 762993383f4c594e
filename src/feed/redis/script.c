/*
 * script.c
 *	  What runs inside the server: guards, commands in order, positions.
 *
 * KEYS are those of the messages one after the other; ARGV[1] is the life of a guard in
 * milliseconds (0: for ever), ARGV[2] the first number of the highest id that this feed may
 * have given an entry of a stream; then come for each message its kind, how many arguments
 * it has, and these:
 *
 *	  H  version, time to live, whole, how many fields are set, field, value .., fields to
 *		 remove ..			(keys: hash, guard)
 *	  J  version, time to live, value	(keys: string, guard)
 *	  D  version			(keys: any, guard)
 *	  W  version, type	(keys: of that type, or not ours; guard)
 *	  S  what XADD has after the key	(key: stream)
 *	  P  lowest version that must be there, version, value	(key: position)
 *	  R						(key: position)
 *
 * The answer has one element for each message that was looked at: 1 done, 0 an older
 * version (or a stream entry that is there already), "!error" refused for good, "=value"
 * a position read, "?" a position that went back.  "-error" is the last element: the
 * server cannot take this message now, and nothing behind it was looked at.  A position
 * is not written in a batch in which something was refused: the caller has to keep what
 * was refused first.
 *
 * A sweep names keys that match a pattern.  Strings of ours are JSON objects: others, as
 * guards and positions are, do not begin with a brace and are left alone.
 *
 * A version begins with the mark of its feed and cluster: what another wrote, as one that
 * this cluster replaces, says nothing about what is newer.  Ids of a stream have no room for
 * it, but what ends above all that we have sent is not ours, and refuses what it never had.
 *
 * The data comes before its guard: when the data is refused, the guard must not know
 * the version, or a second try would be taken for a replay.  A hash is written before
 * fields are removed from it, so that a key of another type is refused and not lost.
 * Memory is checked by the server before the first write of the script alone, so a
 * batch is not torn inside a message.
 */
#include "postgres.h"

#include "feed/redis/redis.h"

char th_redis_script_sha[REDIS_ID_LEN + 1] = "";

const char th_redis_script[] =
	"local results, refused, key, arg = {}, false, 1, 3\n"
	"local again = {'OOM ', 'READONLY ', 'MASTERDOWN ', 'TRYAGAIN ', 'CLUSTERDOWN ', 'MISCONF ',\n"
	"  'NOREPLICAS ', 'LOADING ', 'BUSY ', 'MOVED ', 'ASK ', 'non local key'}\n"
	"local function failed(reply) return type(reply) == 'table' and reply.err end\n"
	"local function passes(text)\n"
	"  for _, word in ipairs(again) do\n"
	"    if string.find(text, word, 1, true) then return true end\n"
	"  end\n"
	"  return false\n"
	"end\n"
	"local function prune(name, first, last)\n"
	"  local keep, gone = {}, {}\n"
	"  for i = first, last, 2 do keep[ARGV[i]] = true end\n"
	"  for _, field in ipairs(redis.call('HKEYS', name)) do\n"
	"    if not keep[field] then gone[#gone + 1] = field end\n"
	"  end\n"
	"  for i = 1, #gone, 1000 do\n"
	"    redis.call('HDEL', name, unpack(gone, i, math.min(i + 999, #gone)))\n"
	"  end\n"
	"end\n"
	"local function write_hash(name, first, last)\n"
	"  local life, whole, count = ARGV[first + 1], ARGV[first + 2], tonumber(ARGV[first + 3])\n"
	"  local set, unset = first + 4, first + 4 + 2 * count\n"
	"  local reply\n"
	"  if count > 0 then\n"
	"    reply = redis.pcall('HSET', name, unpack(ARGV, set, unset - 1))\n"
	"    if failed(reply) then return reply end\n"
	"  end\n"
	"  if unset <= last then\n"
	"    reply = redis.pcall('HDEL', name, unpack(ARGV, unset, last))\n"
	"    if failed(reply) then return reply end\n"
	"  end\n"
	"  if whole == '1' then\n"
	"    reply = redis.pcall('HLEN', name)\n"
	"    if failed(reply) then return reply end\n"
	"    if reply > count then prune(name, set, unset - 1) end\n"
	"  end\n"
	"  if life ~= '0' then reply = redis.pcall('PEXPIRE', name, life) end\n"
	"  return reply\n"
	"end\n"
	"local function write_json(name, first)\n"
	"  if ARGV[first + 1] == '0' then return redis.pcall('SET', name, ARGV[first + 2]) end\n"
	"  return redis.pcall('PSETEX', name, ARGV[first + 1], ARGV[first + 2])\n"
	"end\n"
	"local function write_guard(name, version)\n"
	"  if ARGV[1] == '0' then return redis.pcall('SET', name, version) end\n"
	"  return redis.pcall('PSETEX', name, ARGV[1], version)\n"
	"end\n"
	"local function newer(held, version)\n"
	"  return string.sub(held, 1, 8) == string.sub(version, 1, 8) and held > version\n"
	"end\n"
	"local function guarded(kind, name, guard, first, last)\n"
	"  local version = ARGV[first]\n"
	"  local held = redis.pcall('GET', guard)\n"
	"  if failed(held) then return held end\n"
	"  if held and #held ~= #version then\n"
	"    return {err = 'ERR key \"' .. guard .. '\" holds no version'}\n"
	"  end\n"
	"  if held and newer(held, version) then return 0 end\n"
	"  local reply\n"
	"  if kind == 'H' then reply = write_hash(name, first, last)\n"
	"  elseif kind == 'J' then reply = write_json(name, first)\n"
	"  else reply = redis.pcall('DEL', name) end\n"
	"  if not failed(reply) then reply = write_guard(guard, version) end\n"
	"  return failed(reply) and reply or 1\n"
	"end\n"
	"local function swept(name, guard, version, expected)\n"
	"  local reply = redis.pcall('TYPE', name)\n"
	"  if failed(reply) then return reply end\n"
	"  if reply.ok ~= expected then return 0 end\n"
	"  if expected == 'string' then\n"
	"    reply = redis.pcall('GETRANGE', name, 0, 0)\n"
	"    if failed(reply) then return reply end\n"
	"    if reply ~= '{' then return 0 end\n"
	"  end\n"
	"  reply = redis.pcall('TYPE', guard)\n"
	"  if failed(reply) then return reply end\n"
	"  if reply.ok == 'string' then\n"
	"    local held = redis.pcall('GET', guard)\n"
	"    if failed(held) then return held end\n"
	"    if #held ~= #version or newer(held, version) then return 0 end\n"
	"  elseif reply.ok ~= 'none' then return 0 end\n"
	"  reply = redis.pcall('DEL', name)\n"
	"  if not failed(reply) then reply = write_guard(guard, version) end\n"
	"  return failed(reply) and reply or 1\n"
	"end\n"
	"local function last_id(name)\n"
	"  local facts = redis.pcall('XINFO', 'STREAM', name)\n"
	"  if failed(facts) then return facts end\n"
	"  for i = 1, #facts, 2 do\n"
	"    if facts[i] == 'last-generated-id' then return facts[i + 1] end\n"
	"  end\n"
	"end\n"
	"local function greater(one, other)\n"
	"  if #one ~= #other then return #one > #other end\n"
	"  return one > other\n"
	"end\n"
	"local function add(name, first, last)\n"
	"  local reply = redis.pcall('XADD', name, unpack(ARGV, first, last))\n"
	"  if not failed(reply) then return 1 end\n"
	"  if not string.find(reply.err, 'equal or smaller', 1, true) then return reply end\n"
	"  reply = last_id(name)\n"
	"  if failed(reply) then return reply end\n"
	"  if greater(string.match(reply, '^%d+'), ARGV[2]) then\n"
	"    return {err = 'the stream ends at ' .. reply .. ', above all that this feed has sent: '\n"
	"      .. 'another cluster or feed wrote it. Remove it or choose another, then replay'}\n"
	"  end\n"
	"  return 0\n"
	"end\n"
	"local function position(name, first)\n"
	"  local least, version = ARGV[first], ARGV[first + 1]\n"
	"  local held = redis.pcall('GET', name)\n"
	"  if failed(held) then return held end\n"
	"  held = held or ''\n"
	"  if string.sub(held, 1, #least) < least then return '?' end\n"
	"  if string.sub(held, 1, #version) > version then return 1 end\n"
	"  local reply = redis.pcall('SET', name, ARGV[first + 2])\n"
	"  return failed(reply) and reply or 1\n"
	"end\n"
	"local function read(name)\n"
	"  local held = redis.pcall('GET', name)\n"
	"  return failed(held) and held or '=' .. (held or '')\n"
	"end\n"
	"while ARGV[arg] do\n"
	"  local kind = ARGV[arg]\n"
	"  local first, last = arg + 2, arg + 1 + tonumber(ARGV[arg + 1])\n"
	"  local reply\n"
	"  if kind == 'S' then reply = add(KEYS[key], first, last)\n"
	"  elseif kind == 'R' then reply = read(KEYS[key])\n"
	"  elseif kind == 'P' then\n"
	"    if refused then break end\n"
	"    reply = position(KEYS[key], first)\n"
	"  elseif kind == 'W' then\n"
	"    reply = swept(KEYS[key], KEYS[key + 1], ARGV[first], ARGV[first + 1])\n"
	"    key = key + 1\n"
	"  else\n"
	"    reply = guarded(kind, KEYS[key], KEYS[key + 1], first, last)\n"
	"    key = key + 1\n"
	"  end\n"
	"  if failed(reply) then\n"
	"    if passes(reply.err) then\n"
	"      results[#results + 1] = '-' .. reply.err\n"
	"      break\n"
	"    end\n"
	"    refused = true\n"
	"    reply = '!' .. reply.err\n"
	"  end\n"
	"  results[#results + 1] = reply\n"
	"  key, arg = key + 1, last + 1\n"
	"end\n"
	"return results\n";
