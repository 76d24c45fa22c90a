-- SPDX-License-Identifier: LGPL-2.1-or-later
-- hit: the wrk script. Asks for a random key in each request and adds up how
-- many body octets the right answers would have.
--
-- wrk -s hit.lua URL -- KEYS TEMPLATE STATUS [close]
--
-- KEYS is a pack's index (KEY OFFSET LENGTH) or a list of keys without
-- lengths. TEMPLATE is the path, with {key} and {aa} (its first two letters).
-- STATUS is the one wanted: 200 or 404.
--
-- There is no response() on purpose: with one, wrk copies every answer into
-- Lua and becomes slower than the servers it measures. What wrk counts anyway
-- is enough here: status classes, socket errors, and octets received, which
-- done() holds against the sum asked for. The octets themselves are compared by
-- `look check` beside each measurement. Invariant: the line `wrk ...` is
-- printed once per run and says everything that `run` needs to judge it.

local ceiling = 200000 -- requests prepared per thread, to bound memory
local threads = {}

function setup(thread)
	thread:set("number", #threads + 1)
	table.insert(threads, thread)
end

local requests, lengths, count = {}, {}, 0
local head_most = 1000 -- octets of a response head, at most

local function prepare(line, template, header)
	local key, length = line:match("^(%S+) %d+ (%d+)$")
	key = key or line:match("^%S+")
	local path = template:gsub("{key}", (key:gsub("%%", "%%%%")))
	path = path:gsub("{aa}", key:sub(1, 2))
	count = count + 1
	requests[count] = "GET " .. path .. " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
	    .. header .. "\r\n"
	lengths[count] = tonumber(length) or 0
end

function init(args)
	local header = args[4] == "close" and "Connection: close\r\n" or ""
	local lines = 0

	for _ in io.lines(args[1]) do
		lines = lines + 1
	end
	local step = math.max(1, math.floor(lines / ceiling))
	local at = 0
	for line in io.lines(args[1]) do
		at = at + 1
		if at % step == 0 then
			prepare(line, args[2], header)
		end
	end
	wanted = args[3]
	octets, asked, longest = 0, 0, 0
	for i = 1, count do
		longest = math.max(longest, lengths[i])
	end
	math.randomseed(number * 7919)
end

local random = math.random

function request()
	local i = random(count)

	octets = octets + lengths[i]
	asked = asked + 1
	return requests[i]
end

-- Bodies received, held against bodies asked for: what was out when the time
-- ended may be missing, and each answer has a head. A 404's body is its own
-- affair.
local function octets_judge(summary, asked, octets, longest)
	local out = asked - summary.requests
	local least = octets - out * longest
	local most = octets + asked * head_most

	if longest == 0 then
		return "ok"
	elseif summary.bytes < least then
		return "short"
	end
	return summary.bytes <= most and "ok" or "long"
end

function done(summary, latency)
	local asked, octets = 0, 0
	local errors = summary.errors
	local failed = errors.status

	for _, thread in ipairs(threads) do
		asked = asked + thread:get("asked")
		octets = octets + thread:get("octets")
	end
	if threads[1]:get("wanted") == "404" then
		failed = summary.requests - errors.status
	end
	io.write(string.format("wrk requests=%d seconds=%.3f rate=%.1f "
	    .. "wrong=%d broken=%d octets=%s p50=%d p99=%d\n",
	    summary.requests, summary.duration / 1e6,
	    (summary.requests - failed) / (summary.duration / 1e6), failed,
	    errors.connect + errors.read + errors.write + errors.timeout,
	    octets_judge(summary, asked, octets, threads[1]:get("longest")),
	    latency:percentile(50), latency:percentile(99)))
end
