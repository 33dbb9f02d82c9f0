--- A listener that raises in the middle of a wait, as a hook of the host does.
-- @param problem what is raised behind the first activation
-- @treturn function for `on_progress`
return function(problem)
  local here = coroutine.running()
  return function(event)
    if event.kind == "activated" then
      debug.sethook(here, function()
        debug.sethook()
        error(problem, 0)
      end, "", 1)
    end
  end
end
