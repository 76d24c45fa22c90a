-- SPDX-License-Identifier: LGPL-2.1-or-later
-- check.lua: asks /ics/v1/check about a random device of a list, at a rate if
-- one is given.
--
-- wrk -s check.lua URL -- KEYS PATH [ACCEPT [PAUSE-MS]]
--
-- "{key}" in PATH is the device. PAUSE-MS is how long each connection waits
-- between requests. The line `wrk ...` tells requests a second, answers that
-- were no 200, and the 50th and 99th of a hundred in milliseconds.
local keys, path, headers, pause = {}, "", {}, 0
local threads = {}

function setup(thread)
	thread:set("number", #threads + 1)
	table.insert(threads, thread)
end

function init(args)
	for line in io.lines(args[1]) do
		table.insert(keys, (line:match("^%S+")))
	end
	path = args[2]
	if args[3] and args[3] ~= "" then
		headers["Accept"] = args[3]
	end
	pause = tonumber(args[4] or 0)
	math.randomseed(number)
	if pause > 0 then
		delay = function() return math.random(0, 2 * pause) end
	end
end

function request()
	local key = keys[math.random(#keys)]
	return wrk.format("GET", (path:gsub("{key}", key)), headers)
end

function done(summary, latency)
	local bad = summary.errors.status + summary.errors.connect +
		summary.errors.read + summary.errors.write + summary.errors.timeout
	io.write(string.format("wrk rate=%.0f bad=%d p50=%.3f p99=%.3f\n",
		summary.requests / summary.duration * 1e6, bad,
		latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
