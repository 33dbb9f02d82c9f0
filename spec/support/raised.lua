--- The message of the error that a call raises; the spec fails when it raises none.
-- @tparam function f
-- @param ... its arguments
-- @treturn string
return function(f, ...)
  local ok, message = pcall(f, ...)
  assert(not ok, "no error was raised")
  return tostring(message)
end
