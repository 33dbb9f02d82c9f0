--- Runs the body of a script, and tells how it ended in one line.
-- @module m365restore.script
local core = require "m365restore.core"
local interruption = require "m365restore.interruption"

-- what the shell knows as the end by Ctrl-C
local INTERRUPTED = 130

local function tell(problem)
  io.stderr:write(core.plain(problem), "\n")
end

--- The exit code of what a script returns.
local function code_of(result, err)
  if result == nil and err ~= nil then
    tell(err)
    return 1
  elseif math.type(result) == "integer" then
    return result
  elseif type(result) ~= "table" then
    return result == false and 1 or 0
  end
  local report = type(result.report) == "function" and result:report() or result
  if result.error then
    tell(result.error)
  end
  return report.exit_code or 0
end

--- Calls a function, and says how a script ends whose body it is: for `os.exit`. What is raised is written to the
-- standard error as one line, without a trace. Installs no signal handler: Ctrl-C is what the `lua` program makes of
-- it, an error. May yield.
-- @function script
-- @tparam function main what it returns decides: a whole number is the exit code; a run or report gives its own (0: all
-- is restored; 1: something is not; 2: something is not finished); nil and an error, or false: 1; else 0
-- @param ... its arguments
-- @treturn integer the exit code; 130 after Ctrl-C, 1 after another error
return function(main, ...)
  if type(main) ~= "function" then
    error("script: main: a function was expected, got " .. type(main), 2)
  end
  local ok, result, err = pcall(main, ...)
  if ok then
    return code_of(result, err)
  elseif interruption.is(result) then
    tell(type(result) == "table" and result or "interrupted")
    return INTERRUPTED
  end
  tell(result)
  return 1
end
